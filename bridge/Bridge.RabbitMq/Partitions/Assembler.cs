using System.Diagnostics.Metrics;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.Core.Running;
using Bridge.Core.Sources;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Topology;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Telemetry;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.RabbitMq.Partitions;

/// <summary>
/// Consumes all partitions over one connection, and opens a new one when that is lost or something fails. It also makes the
/// bridge's own queues again when they were deleted.
/// </summary>
internal sealed class Assembler(
    IBrokerConnector connector,
    BrokerTopology topology,
    IPublisher publisher,
    ReassemblyContext context,
    ILogger<Assembler> log) : DrainingService, IStageHealth
{
    private static readonly TimeSpan BrokerTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan QueueInterval = TimeSpan.FromSeconds(5);

    private readonly TaskGroup _inWork = new(log);
    private readonly ReadySignal _consuming = new();
    private readonly ByteBudget _whole = new(context.Options.MaxBytes);
    private PartitionConsumer[] _consumers = [];
    private volatile string? _interruption = "assembling is starting";

    /// <inheritdoc/>
    public string? Problem => _interruption is { } reason ? $"events that came in chunks are not put together: {reason}" : null;

    /// <summary>Bytes of chunks held, and of whole batches that wait to be published.</summary>
    public long Bytes => Volatile.Read(ref _consumers).Sum(consumer => consumer.Assembly.Bytes) + _whole.Used;

    /// <summary>The batches held here that wait for chunks.</summary>
    public IncompleteBatches Incomplete() =>
        Volatile.Read(ref _consumers)
            .Aggregate(default(IncompleteBatches), (sum, consumer) => sum.And(consumer.Assembly.Incomplete));

    /// <summary>
    /// Of each partition, by its number: what is held here, and when a chunk last came here. Empty until they are consumed.
    /// </summary>
    public IReadOnlyList<(IncompleteBatches Incomplete, DateTimeOffset? LastArrival)> Partitions() =>
        [.. Volatile.Read(ref _consumers).Select(consumer => (consumer.Assembly.Incomplete, consumer.Assembly.LastArrival))];

    /// <summary>Starts the gauges of the batches held here.</summary>
    public void Observe(Meter meter)
    {
        meter.CreateObservableGauge(
            "bridge.incomplete_batches", () => Incomplete().Batches, "{batch}", "Batches held here that wait for chunks");
        meter.CreateObservableGauge(
            "bridge.incomplete_batches.size", () => Incomplete().Bytes, "By", "Memory that their chunks take");
        meter.CreateObservableGauge(
            "bridge.incomplete_batches.oldest.age",
            () => Incomplete().OldestAge(context.Clock.GetUtcNow()).TotalSeconds,
            "s",
            "How long the oldest of them has waited; 0 when there is none");
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), context.Random);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Ready means that the queues exist.
                await publisher.WaitUntilReadyAsync(stoppingToken);
                await using var connection = await connector.OpenAsync("bridge assembler", stoppingToken);
                if (await ConsumeAsync(connection.Client, backoff, stoppingToken) is { } reason)
                    Interrupt(reason);
            }
            catch (Exception e)
            {
                if (!stoppingToken.IsCancellationRequested)
                    Interrupt(e);
            }

            await Task.Delay(backoff.Next(), context.Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Interrupt(Exception failure)
    {
        if (BrokerFault.TryExplain(failure, connector.Options) is { } fault)
        {
            Interrupt(fault.Message);
            return;
        }

        AssembleLog.InterruptedUnexpectedly(log, failure);
        _interruption = "of an unexpected error; the log has it";
    }

    private void Interrupt(string reason)
    {
        if (_interruption != reason)
            AssembleLog.Interrupted(log, reason);
        _interruption = reason;
    }

    private async Task<string?> ConsumeAsync(IConnection connection, Backoff backoff, CancellationToken stop)
    {
        var closed = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, reason) => Close(closed, reason.ReplyText);
        await using var registration = stop.UnsafeRegister(_ => closed.TrySetResult(null), null);
        try
        {
            await topology.EnsureQueuesAsync(connection, stop);
            _consumers = await StartConsumersAsync(connection, closed, stop);
            AssembleLog.Started(log, _consumers.Length);
            _interruption = null;
            _consuming.Update(() => true);
            backoff.Reset();
            await LookAfterAsync(connection, closed.Task);
            if (stop.IsCancellationRequested)
                await DrainAsync();
            return await closed.Task;
        }
        finally
        {
            _consuming.Update(() => false);
            foreach (var consumer in _consumers)
                consumer.Assembly.Abandon();
        }
    }

    private TimeSpan Interval => TimeSpan.FromTicks(Math.Clamp(
        context.Options.Timeout.Ticks / 4, TimeSpan.TicksPerSecond / 4, 5 * TimeSpan.TicksPerSecond));

    // Until the connection is closed: expires chunks that have waited too long, makes deleted queues again, and sometimes leaves
    // an idle partition to other replicas.
    private async Task LookAfterAsync(IConnection connection, Task closed)
    {
        var found = context.Clock.GetTimestamp();
        var moves = new PartitionMoves(_consumers.Length, context.Clock, context.Random);
        using var timer = new PeriodicTimer(Interval, context.Clock);
        while (await TickAsync(timer, closed))
        {
            if (context.Clock.GetElapsedTime(found) >= QueueInterval)
            {
                await EnsureQueuesAsync(connection, closed);
                found = context.Clock.GetTimestamp();
            }

            for (var partition = 0; partition < _consumers.Length; partition++)
            {
                var consumer = _consumers[partition];
                await consumer.ExpireAsync(CancellationToken.None).WaitAsync(BrokerTimeout, context.Clock);
                if (moves.IsDue(partition) && consumer.Assembly.IsIdle)
                {
                    moves.Plan(partition);
                    await consumer.MoveAsync(CancellationToken.None).WaitAsync(BrokerTimeout, context.Clock);
                    AssembleLog.Moved(log, consumer.Queue);
                }
            }
        }
    }

    private async Task EnsureQueuesAsync(IConnection connection, Task closed)
    {
        var ensuring = topology.EnsureQueuesAsync(connection, CancellationToken.None);
        try
        {
            if (await Task.WhenAny(ensuring, closed) == ensuring)
                await ensuring;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Without an answer the state of the queues is unknown; other checks report a broker that does not answer.
        }
    }

    private static async Task<bool> TickAsync(PeriodicTimer timer, Task closed)
    {
        var tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        return await Task.WhenAny(closed, tick) == tick && await tick;
    }

    private async Task<PartitionConsumer[]> StartConsumersAsync(
        IConnection connection, TaskCompletionSource<string?> closed, CancellationToken cancellationToken)
    {
        var consumers = new PartitionConsumer[context.Options.Partitions];
        for (var partition = 0; partition < consumers.Length; partition++)
        {
            var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            channel.ChannelShutdownAsync += (_, reason) => Close(closed, reason.ReplyText);
            var queue = BridgeQueues.Chunks(partition);
            consumers[partition] = new PartitionConsumer(
                channel,
                queue,
                Assemble,
                context.Clock,
                () => BrokerTopology.EnsureQueueAsync(connection, queue, cancellationToken),
                () => _consuming.WaitAsync(Abort),
                failure =>
                {
                    _consuming.Update(() => false);
                    closed.TrySetException(failure);
                });
            await consumers[partition].StartAsync(cancellationToken);
        }

        return consumers;
    }

    private PartitionAssembly Assemble(IPartitionChannel channel) => new(context, channel, _whole, _inWork, log, Abort);

    private async Task DrainAsync()
    {
        foreach (var consumer in _consumers)
            await consumer.StopAsync(CancellationToken.None);
        await _inWork.WhenAllAsync();
    }

    private static Task Close(TaskCompletionSource<string?> closed, string reason)
    {
        closed.TrySetResult(reason);
        return Task.CompletedTask;
    }
}
