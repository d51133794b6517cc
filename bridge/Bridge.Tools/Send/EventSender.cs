using Telemetry;
using Telemetry.Governance;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Tools.Send;

/// <summary>
/// Sends events in bulk through the client that functions use. It waits when the client's buffer is full, where a function would
/// drop events. It fails when the queue refuses, or when the queue has accepted nothing for a minute.
/// </summary>
internal sealed class EventSender : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan AcceptTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly WatchedSender _queue;
    private readonly TelemetryClient _client;
    private readonly TimeProvider _clock;
    private readonly Action<string> _report;
    private volatile bool _disposing;
    private long _sent;
    private long _progressAt;

    public EventSender(QueueEndpoint endpoint, IQueueSender queue, MasterKey? key, Action<string> report, TimeProvider clock)
    {
        _clock = clock;
        _report = report;
        _progressAt = clock.GetTimestamp();
        _queue = new WatchedSender(queue);

        // An operator's events are sent byte for byte, so nothing is redacted.
        var options = new TelemetryOptions
        {
            Queue = endpoint,
            Key = key,
            BufferBytes = BufferBytes,
            Redaction = RedactionOptions.None,
            Report = Report,
        };
        _client = new TelemetryClient(options, () => _queue, clock);
    }

    /// <summary>Counts of what was sent so far.</summary>
    public TelemetryStatistics Statistics => _client.Statistics;

    /// <summary>Adds one event. Waits while the client's buffer is full.</summary>
    /// <exception cref="QueueException">The queue refuses.</exception>
    /// <exception cref="TimeoutException">Nothing was accepted for a minute.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var room = _client.WaitForRoomAsync(cancellationToken);
        if (!room.IsCompletedSuccessfully)
            _progressAt = _clock.GetTimestamp();
        while (!room.IsCompletedSuccessfully)
        {
            await Task.WhenAny(room, Task.Delay(PollInterval, _clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            ThrowIfStuck(null);
        }

        _client.Send(json.Span);
    }

    /// <summary>Completes when the queue has accepted everything.</summary>
    /// <exception cref="QueueException">The queue refuses.</exception>
    /// <exception cref="TimeoutException">Nothing was accepted for a minute.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
        _progressAt = _clock.GetTimestamp();
        while (true)
        {
            var flushed = await _client.FlushAsync(AcceptTimeout, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (flushed.IsComplete)
                return;
            ThrowIfStuck(flushed.Error);
            await Task.Delay(backoff.Next(), _clock, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _disposing = true;
        await _client.DisposeAsync();
        await _queue.DisposeAsync();
    }

    // A refusal is thrown, and the caller reports the exception.
    private void Report(string failure)
    {
        if (!_disposing && _queue.Refusal is null)
            _report(failure);
    }

    private void ThrowIfStuck(string? error)
    {
        if (_queue.Refusal is { } refusal)
            throw refusal;
        var sent = _client.Statistics.Sent;
        if (sent > _sent)
        {
            _sent = sent;
            _progressAt = _clock.GetTimestamp();
        }
        else if (_clock.GetElapsedTime(_progressAt) >= AcceptTimeout)
        {
            throw new TimeoutException(error ?? $"the queue has accepted nothing for {AcceptTimeout.TotalSeconds} s");
        }
    }
}
