using Telemetry;
using Telemetry.Governance;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Tools.Send;

/// <summary>
/// Sends events in bulk through a client as functions use it, but waits where that would drop. It gives up when the queue refuses,
/// or when nothing has been accepted for a minute.
/// </summary>
internal sealed class EventSender : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly WatchedSender _queue;
    private readonly TelemetryClient _client;
    private readonly TimeProvider _clock;
    private readonly Action<string> _report;
    private volatile bool _over;
    private long _sent;
    private long _progressAt;

    public EventSender(QueueEndpoint endpoint, IQueueSender queue, MasterKey? key, Action<string> report, TimeProvider clock)
    {
        _clock = clock;
        _report = report;
        _progressAt = clock.GetTimestamp();
        _queue = new WatchedSender(queue);
        // What an operator hands over is sent as it is, byte for byte.
        var options = new TelemetryOptions { Queue = endpoint, Key = key, BufferBytes = BufferBytes, Redaction = RedactionOptions.None, Report = Report };
        _client = new TelemetryClient(options, () => _queue, clock);
    }

    /// <summary>What was sent so far.</summary>
    public TelemetryStatistics Statistics => _client.Statistics;

    /// <summary>Hands over one event, waiting while too many wait already.</summary>
    /// <exception cref="QueueException">The queue refuses.</exception>
    /// <exception cref="TimeoutException">Nothing was accepted for a minute.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var room = _client.WaitForRoomAsync(cancellationToken);
        if (!room.IsCompletedSuccessfully)
            _progressAt = _clock.GetTimestamp();
        while (!room.IsCompletedSuccessfully)
        {
            await Task.WhenAny(room, Task.Delay(Look, _clock, cancellationToken));
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
            var flushed = await _client.FlushAsync(Patience, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (flushed.IsComplete)
                return;
            ThrowIfStuck(flushed.Error);
            await Task.Delay(backoff.Next(), _clock, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _over = true;
        await _client.DisposeAsync();
        await _queue.DisposeAsync();
    }

    // What ends the sending is thrown, and said by whoever catches it.
    private void Report(string trouble)
    {
        if (!_over && _queue.Refusal is null)
            _report(trouble);
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
        else if (_clock.GetElapsedTime(_progressAt) >= Patience)
        {
            throw new TimeoutException(error ?? $"the queue has accepted nothing for {Patience.TotalSeconds} s");
        }
    }
}
