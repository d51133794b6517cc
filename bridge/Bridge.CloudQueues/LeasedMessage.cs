using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Bridge.Core.Running;
using Bridge.Core.Sources;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>
/// A message under a lease. The lease is renewed until the message is settled, which happens once. A renewal and the settlement
/// never run at the same time.
/// </summary>
/// <param name="leases">Settles the message.</param>
/// <param name="queue">The message's queue.</param>
/// <param name="message">The message.</param>
/// <param name="lease">Duration of the lease.</param>
/// <param name="clock">Measures the lease.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing to release.")]
internal sealed class LeasedMessage(
    QueueLeases leases, IQueueReceiver queue, ReceivedMessage message, TimeSpan lease, TimeProvider clock) : ISettlement
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly long _began = clock.GetTimestamp();
    private ReceivedMessage _message = message;
    private bool _ended;

    /// <summary>The message with its latest receipt.</summary>
    public ReceivedMessage Message => _message;

    /// <summary>True when the queue has reported that the lease is lost. Another replica may then have the message.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Time since the message was received.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(_began);

    /// <summary>Offers the message, or releases it at once after a stop.</summary>
    /// <param name="sink">Receives the message.</param>
    /// <param name="room">The memory reserved for the message.</param>
    /// <param name="stop">Cancelled when nothing more may be offered.</param>
    public async Task OfferAsync(ISink sink, ByteBudget.Reservation room, CancellationToken stop)
    {
        var origin = new DeliveryOrigin(leases.Name, _message.Id, _message.ReceiveCount)
        {
            EnqueuedAt = _message.EnqueuedAt,
            TraceParent = _message.TraceParent,
            Attributes = _message.Attributes,
        };
        try
        {
            await sink.OfferAsync(new Delivery(new Payload.Message(_message.Text), origin, this) { Room = room }, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            room.Dispose();
            await SettleAsync(Outcome.Retry(TimeSpan.Zero));
        }
    }

    /// <inheritdoc/>
    public ValueTask SettleAsync(Outcome outcome) => leases.SettleAsync(this, outcome);

    /// <summary>Renews the lease if half of it has passed.</summary>
    /// <returns>True when this call found that the lease is lost.</returns>
    /// <exception cref="QueueException">The renewal failed. The next call tries it again.</exception>
    public async Task<bool> RenewIfDueAsync(CancellationToken cancellationToken)
    {
        if (clock.GetElapsedTime(_message.LeaseStart) < lease / 2)
            return false;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_ended || IsLost)
                return false;
            var renewed = await queue.RenewAsync(_message, lease, cancellationToken);
            IsLost = renewed is null;
            _message = renewed ?? _message;
            return IsLost;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Stops renewing. Waits for a renewal that has begun, since it may replace the receipt. Drops the text to free its memory,
    /// since the queue may take long to settle the message.
    /// </summary>
    /// <returns>The message with the receipt that settles it.</returns>
    public async Task<ReceivedMessage> EndAsync()
    {
        await _turn.WaitAsync(CancellationToken.None);
        _ended = true;
        _message = _message with { Text = default, Attributes = ImmutableDictionary<string, string>.Empty };
        _turn.Release();
        return _message;
    }
}
