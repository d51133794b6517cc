using System.Diagnostics.Metrics;
using Bridge.Core.DeadLetters;
using Bridge.Core.Pipeline;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.Core.Routing;
using Bridge.Core.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Wire;

namespace Bridge.Tests.Support;

/// <summary>The assembling of one partition in memory, and a broker that the test controls; what goes to the tail comes round again.</summary>
internal sealed class RunningAssembly : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskGroup _inWork = new(NullLogger.Instance);

    public RunningAssembly(AssembleOptions? options = null, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        var metrics = new PipelineMetrics(_services.GetRequiredService<IMeterFactory>(), clock);
        Stuck = new StuckMessages(new ByteBudget(4 * 1024 * 1024), NullLogger<StuckMessages>.Instance, clock, Random.Shared);
        var dead = new DeadLetterPublisher(Publisher, Stuck, metrics, NullLogger<DeadLetterPublisher>.Instance, clock);
        var delivery = new BatchDelivery(
            new BatchOpener(KeyRing.Empty, CodecLimits.Default),
            new EventRouter(RoutingKeyTemplate.Parse("{style}"), CodecLimits.Default),
            Publisher, dead, new ByteBudget(16 * 1024 * 1024), "telemetry", metrics);
        var settled = new SettledBatches();
        var retry = new PublishRetry(NullLogger<PublishRetry>.Instance, clock, Random.Shared);
        var forwarder = new ChunkForwarder(Publisher, Stuck, partitions: 1, metrics);
        var router = new DeliveryRouter(
            delivery, forwarder, dead, settled, retry, CodecLimits.Default, metrics, new ReplicaName("replica-1"), clock);
        var failures = new FailurePolicy(router, Publisher, maxDeliveries: 100, NullLogger<FailurePolicy>.Instance, Random.Shared);
        var pipeline = new EventPipeline(
            router, failures, Publisher, new ByteBudget(16 * 1024 * 1024), NullLogger<EventPipeline>.Instance);
        options ??= new AssembleOptions { Partitions = 1 };
        var context = new ReassemblyContext(
            pipeline, settled, forwarder, retry, new KnownReplicas(clock), metrics, options, CodecLimits.Default, clock, Random.Shared);
        Assembly = new PartitionAssembly(
            context, Partition, new ByteBudget(16 * 1024 * 1024), _inWork, NullLogger.Instance, _abort.Token);
        Publisher.OnConfirmed = message =>
        {
            if (message.RoutingKey == Partition.Queue)
                Partition.Put(message);
        };
    }

    public InMemoryPartition Partition { get; } = new();

    public ControlledPublisher Publisher { get; } = new();

    public StuckMessages Stuck { get; }

    public PartitionAssembly Assembly { get; }

    /// <summary>Delivers until every chunk in the partition is settled.</summary>
    public async Task DrainAsync(TimeSpan patience)
    {
        using var time = new CancellationTokenSource(patience);
        await DrainAsync(time.Token);
    }

    /// <summary>Delivers until every chunk in the partition is settled, or until it is told to stop.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (Partition.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Partition.DeliverAsync(Assembly, cancellationToken);
            await _inWork.WhenAllAsync().WaitAsync(cancellationToken);
            await Task.Yield();
        }
    }

    /// <summary>Delivers what can be delivered, and lets whole batches be settled.</summary>
    public async Task<bool> DeliverAsync()
    {
        var all = await Partition.DeliverAsync(Assembly, CancellationToken.None).WaitAsync(Eventually.Patience);
        await _inWork.WhenAllAsync().WaitAsync(Eventually.Patience);
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        await _abort.CancelAsync();
        await _inWork.WhenAllAsync().WaitAsync(Eventually.Patience);
        Assembly.Abandon();
        _abort.Dispose();
        await _services.DisposeAsync();
    }
}
