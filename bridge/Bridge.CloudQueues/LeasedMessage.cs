using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>A message in work, with its lease: renewed while the work goes on, ended once, never both at a time.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to release.")]
/// <param name="queue">Where it came from.</param>
/// <param name="message">What came.</param>
/// <param name="lease">How long it was leased for.</param>
/// <param name="clock">Measures that.</param>
/// <param name="held">Disposed when the text is released.</param>
internal sealed class LeasedMessage(
    IQueueReceiver queue, ReceivedMessage message, TimeSpan lease, TimeProvider clock, IDisposable? held = null)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ReceivedMessage _message = message;
    private IDisposable? _held = held;
    private bool _ended;

    /// <summary>The queue that it came from.</summary>
    public QueueEndpoint Queue => queue.Endpoint;

    /// <summary>The message with its last receipt.</summary>
    public ReceivedMessage Message => _message;

    /// <summary>True when the queue has said so: another replica may have the message.</summary>
    public bool IsLost { get; private set; }

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
    /// Stops renewing and waits for a renewal under way, since it may replace the receipt. Releases the text, so that its memory
    /// is free however long the queue takes to settle the message.
    /// </summary>
    /// <returns>The message with the receipt that settles it.</returns>
    public async Task<ReceivedMessage> EndAsync()
    {
        await _turn.WaitAsync(CancellationToken.None);
        _ended = true;
        _message = _message with { Text = default, Attributes = ImmutableDictionary<string, string>.Empty };
        Interlocked.Exchange(ref _held, null)?.Dispose();
        _turn.Release();
        return _message;
    }
}
