using System.Diagnostics.Metrics;
using Bridge.CloudQueues;
using Bridge.Core.DeadLetters;
using Bridge.Core.Pipeline;
using Bridge.Core.Diagnostics;
using Bridge.Core.Processing.Encryption;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.Core.Routing;
using Bridge.Core.Running;
using Bridge.Core.Sources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Wire;

namespace Bridge.Tests.Support;

/// <summary>The receiving half of the bridge between a queue in memory and a broker that the test controls.</summary>
internal sealed class RunningReceiver : IAsyncDisposable
{
    public const long BudgetBytes = 8 * 1024 * 1024;
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly SourceStage _receiver;

    public RunningReceiver(
        ReceiveOptions? options = null,
        KeyRing? keys = null,
        bool holdsPolls = false,
        ByteBudget? budget = null,
        IReadOnlyList<RuleOptions>? rules = null,
        EventOpener? eventKeys = null)
    {
        Budget = budget ?? new ByteBudget(BudgetBytes);
        Queue = new InMemoryQueue(Clock) { HoldsPolls = holdsPolls };
        var meters = _services.GetRequiredService<IMeterFactory>();
        var metrics = new PipelineMetrics(meters, Clock, rules?.Count ?? 0);
        Meters = meters;
        Stuck = new StuckMessages(new ByteBudget(BudgetBytes / 2), NullLogger<StuckMessages>.Instance, Clock, Random.Shared);
        var dead = new DeadLetterPublisher(Publisher, Stuck, metrics, NullLogger<DeadLetterPublisher>.Instance, Clock);
        var delivery = new BatchDelivery(
            new BatchOpener(keys ?? KeyRing.Empty, CodecLimits.Default),
            new EventRouter(
                RoutingKeyTemplate.Parse("{style}.{service}.{level}"),
                CodecLimits.Default,
                eventKeys,
                new RoutingRules(rules ?? [])),
            Publisher,
            dead,
            new ByteBudget(1024 * 1024),
            "telemetry",
            metrics);
        var forwarder = new ChunkForwarder(Publisher, Stuck, partitions: 4, metrics);
        var retry = new PublishRetry(NullLogger<PublishRetry>.Instance, Clock, Random.Shared);
        var router = new DeliveryRouter(
            delivery,
            forwarder,
            dead,
            new SettledBatches(),
            retry,
            CodecLimits.Default,
            metrics,
            new ReplicaName("replica-1"),
            Clock);
        options ??= new ReceiveOptions();
        var failures = new FailurePolicy(
            router, Publisher, options.MaxDeliveries, NullLogger<FailurePolicy>.Instance, Random.Shared);
        var source = new QueueSource(
            Queue, options, new QueueMetrics(meters), NullLogger<QueueSource>.Instance, Clock, Random.Shared);
        _receiver = new SourceStage(
            source, new EventPipeline(router, failures, Publisher, Budget, NullLogger<EventPipeline>.Instance));
    }

    public FakeTimeProvider Clock { get; } = new();

    public IMeterFactory Meters { get; }

    public InMemoryQueue Queue { get; }

    public ControlledPublisher Publisher { get; } = new();

    public StuckMessages Stuck { get; }

    public ByteBudget Budget { get; }

    /// <summary>True when its loop has ended by itself.</summary>
    public bool HasEnded => _receiver.ExecuteTask is { IsCompleted: true };

    public Task StartAsync() => _receiver.StartAsync(CancellationToken.None);

    /// <summary>Asks it to stop, while the clock stands.</summary>
    public Task BeginStop() => _receiver.StopAsync(CancellationToken.None);

    /// <summary>Stops, with the clock moving on: a receive under way gets a moment to answer.</summary>
    public async Task StopAsync(CancellationToken patience)
    {
        var stopping = _receiver.StopAsync(patience);
        await UntilAsync(() =>
        {
            Clock.Advance(TimeSpan.FromMilliseconds(100));
            return stopping.IsCompleted;
        });
        await stopping;
    }

    public static Task UntilAsync(Func<bool> condition) => Eventually.TrueAsync(condition, Patience);

    /// <summary>Waits for a condition, with the clock moving on.</summary>
    public Task AdvanceUntilAsync(Func<bool> condition) => UntilAsync(() =>
    {
        Clock.Advance(TimeSpan.FromSeconds(1));
        Queue.LookAgain();
        return condition();
    });

    public Task UntilEmptyAsync() => UntilAsync(() => Queue.Texts.Count == 0);

    public async ValueTask DisposeAsync()
    {
        Publisher.Unblock();
        Publisher.Answer();
        await StopAsync(new CancellationToken(canceled: true));
        _receiver.Dispose();
        await _services.DisposeAsync();
    }
}
