using Bridge.Core.Running;
using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>
/// A cloud queue as a source. Its messages are received under a lease, which is renewed until they are settled. A settled message
/// is deleted or released.
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

    /// <param name="queue">The queue. It is disposed when the source ends.</param>
    /// <param name="options">Options of receiving.</param>
    /// <param name="metrics">Receives the measurements.</param>
    /// <param name="log">Receives failures.</param>
    /// <param name="clock">Measures leases and waits.</param>
    /// <param name="random">Adds jitter to retries.</param>
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
        var oldestWaiting = new OldestMessageEstimate(clock);
        _leases = new QueueLeases(queue, Name, options.Lease, _deletes, metrics, log, clock);
        _poller = new QueuePoller(queue, _leases, oldestWaiting, options, metrics, log, clock, random);
        metrics.Observe(Name, () => _depth.Last, _leases.OldestAge, () => oldestWaiting.Age(_depth.Last, _depth.Asked));
    }

    /// <inheritdoc/>
    public SourceName Name { get; }

    /// <summary>
    /// Returns a queue's name as a source. OpenTelemetry's conventions have no name for Azure Storage Queues, so
    /// <c>azure_storage_queue</c> is this project's own.
    /// </summary>
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
            // Leases are renewed and messages deleted until the last message is settled.
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
