using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Bridge.Core.Running;
using Bridge.Core.Sources;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>
/// A message under a lease: renewed while its work goes on, and settled once. A renewal and the settlement never run at the same time.
/// </summary>
/// <param name="leases">Settles it.</param>
/// <param name="queue">Where it came from.</param>
/// <param name="message">What came.</param>
/// <param name="lease">How long it was leased for.</param>
/// <param name="clock">Measures that.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to release.")]
internal sealed class LeasedMessage(
    QueueLeases leases, IQueueReceiver queue, ReceivedMessage message, TimeSpan lease, TimeProvider clock) : ISettlement
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly long _began = clock.GetTimestamp();
    private ReceivedMessage _message = message;
    private bool _ended;

    /// <summary>The message with its last receipt.</summary>
    public ReceivedMessage Message => _message;

    /// <summary>True when the queue has said so: another replica may have the message.</summary>
    public bool IsLost { get; private set; }

    /// <summary>How long it has been in work.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(_began);

    /// <summary>Offers the message, or releases it at once when nothing more may be offered.</summary>
    /// <param name="sink">Takes it.</param>
    /// <param name="room">The memory that it takes.</param>
    /// <param name="stop">Nothing more may be offered.</param>
    public async Task OfferAsync(ISink sink, ByteBudget.Reservation room, CancellationToken stop)
    {
        try
        {
            await sink.OfferAsync(new Delivery(new Payload.Message(_message.Text), Origin(), this) { Room = room }, stop);
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
    /// <returns>True when this is the call that found the lease lost.</returns>
    /// <exception cref="QueueException">The renewal failed; it is tried again with the next call.</exception>
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
    /// Stops renewing and waits for a renewal under way, since it may replace the receipt. Drops the text, so that its memory is free
    /// however long the queue takes to settle the message.
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

    private DeliveryOrigin Origin() => new(leases.Name, _message.Id, _message.ReceiveCount)
    {
        EnqueuedAt = _message.EnqueuedAt,
        TraceParent = _message.TraceParent,
        Attributes = _message.Attributes,
    };
}
