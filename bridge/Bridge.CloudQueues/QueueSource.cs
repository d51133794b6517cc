using Bridge.Core.Running;
using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>
/// A cloud queue as a source: messages are taken under a lease, which is renewed while their work goes on, and deleted or released
/// when it has ended.
/// </summary>
internal sealed class QueueSource : ISource
{
    private readonly IQueueReceiver _queue;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private readonly QueuePoller _poller;
    private readonly QueueLeases _leases;
    private readonly DeleteBatcher _deletes;
    private readonly QueueDepth _depth;

    /// <param name="queue">Disposed when the source has ended.</param>
    /// <param name="options">How messages are taken.</param>
    /// <param name="metrics">Gets what is measured.</param>
    /// <param name="log">Gets what fails.</param>
    /// <param name="clock">Measures leases and waits.</param>
    /// <param name="random">Spreads the attempts.</param>
    public QueueSource(
        IQueueReceiver queue,
        ReceiveOptions options,
        QueueMetrics metrics,
        ILogger<QueueSource> log,
        TimeProvider clock,
        Random random)
    {
        (_queue, _log, _clock) = (queue, log, clock);
        Name = NameOf(queue.Endpoint);
        _deletes = new DeleteBatcher(queue, options.MaxPolls);
        _depth = new QueueDepth(queue, clock);
        var front = new QueueFront(clock);
        _leases = new QueueLeases(queue, Name, options.Lease, _deletes, metrics, log, clock);
        _poller = new QueuePoller(queue, Name, _leases, front, options, metrics, log, clock, random);
        metrics.Observe(Name, () => _depth.Last, _leases.OldestAge, () => front.Age(_depth.Last, _depth.Asked));
    }

    /// <inheritdoc/>
    public SourceName Name { get; }

    /// <summary>What a queue is called. The conventions have no name for Azure Storage Queues: the system's name is the bridge's own.</summary>
    public static SourceName NameOf(QueueEndpoint queue) =>
        new(queue.Kind is QueueKind.Azure ? "azure_storage_queue" : "aws_sqs", queue.Name, queue.ToString());

    /// <inheritdoc/>
    public async Task RunAsync(ISink sink, CancellationToken stop)
    {
        using var settling = new CancellationTokenSource();
        var upkeep = Task.WhenAll(
            KeepAsync("Renewing the leases", _leases.RenewAsync, settling.Token),
            KeepAsync("Deleting", _deletes.RunAsync, settling.Token),
            KeepAsync("Asking for the depth", _depth.RunAsync, settling.Token));
        ReceiveLog.Started(_log, Name);
        try
        {
            await _poller.RunAsync(sink, stop);
        }
        finally
        {
            // Leases are renewed and deletes done until the last message in work is settled.
            await _leases.WhenAllSettledAsync();
            await settling.CancelAsync();
            await upkeep;
            _deletes.Cancel();
            await _queue.DisposeAsync();
        }
    }

    private Task KeepAsync(string name, Func<CancellationToken, Task> loop, CancellationToken cancellationToken) =>
        KeptLoop.RunAsync($"{name} of {Name}", loop, _log, _clock, cancellationToken);
}
