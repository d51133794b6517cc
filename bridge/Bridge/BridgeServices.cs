using Bridge.CloudQueues;
using Bridge.Core.DeadLetters;
using Bridge.Core.Diagnostics;
using Bridge.Core.Pipeline;
using Bridge.Core.Processing.Encryption;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.Core.Routing;
using Bridge.Core.Running;
using Bridge.Core.Sources;
using Bridge.Edge;
using Bridge.Edge.Diagnostics;
using Bridge.Edge.Spool;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Partitions;
using Bridge.RabbitMq.Publishing;
using Bridge.RabbitMq.Topology;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Telemetry.Wire;

namespace Bridge;

/// <summary>Registers the stages and the services that they use.</summary>
internal static class BridgeServices
{
    // Key of the budget for opened batches; received messages have a budget of their own.
    private const string Opened = "opened";

    /// <summary>
    /// Adds every stage, sinks first. A later registration may replace the services that reach outside the process: the clock,
    /// the source of randomness, <see cref="IBrokerConnector"/> and <see cref="OpenReceiver"/>.
    /// </summary>
    public static IServiceCollection AddBridge(this IServiceCollection services, BridgeOptions options) => services
        .AddSingleton(options)
        .AddSingleton(TimeProvider.System)
        .AddSingleton(Random.Shared)
        .AddMetrics()
        .AddSingleton<Stages>()
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<PipelineMetrics>(provider, options.Rules.Count))
        .AddPublishing(options)
        .AddDelivery(options)
        .AddAssembling(options)
        .AddReceiving(options)
        .AddIntakes(options);

    /// <summary>Bytes of received messages, chunks and opened batches in memory.</summary>
    public static long BytesInFlight(this IServiceProvider services) =>
        services.GetRequiredService<ByteBudget>().Used
        + services.GetRequiredKeyedService<ByteBudget>(Opened).Used
        + services.GetRequiredService<Assembler>().Bytes;

    /// <summary>
    /// True while received messages or opened batches fill their share of the memory, so that others must wait.
    /// </summary>
    public static bool IsMemoryFull(this IServiceProvider services) =>
        services.GetRequiredService<ByteBudget>().IsFull || services.GetRequiredKeyedService<ByteBudget>(Opened).IsFull;

    private static IServiceCollection AddPublishing(this IServiceCollection services, BridgeOptions options) => services
        .AddSingleton<IBrokerConnector>(provider =>
            new BrokerConnector(options.RabbitMq, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton(new BrokerTopology(options.RabbitMq.Exchange, options.ChunkPartitions, options.RuleExchanges()))
        .AddSingleton<PublishMetrics>()
        .AddSingleton<IPublisher>(provider => provider.GetRequiredService<RabbitPublisher>())
        .AddSingleton(provider => new StuckMessages(
            new ByteBudget(options.Receive.MaxBytes / 2),
            provider.GetRequiredService<ILogger<StuckMessages>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Random>()))
        .AddSingleton<IDeadLetters, DeadLetterPublisher>()
        .AddStage<RabbitPublisher>(StagePlace.Publishing);

    private static IServiceCollection AddDelivery(this IServiceCollection services, BridgeOptions options) => services
        .AddSingleton(CodecLimits.Default)
        .AddSingleton<SettledBatches>()
        .AddSingleton<PublishRetry>()
        .AddSingleton(ReplicaName.OfThisProcess)
        .AddSingleton<DeliveryRouter>()
        .AddSingleton(new ByteBudget(options.Receive.MaxBytes))
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<FailurePolicy>(provider, options.Receive.MaxDeliveries))
        .AddSingleton<ISink, EventPipeline>()
        .AddSingleton(provider => new BatchDelivery(
            new BatchOpener(options.KeyRing(), CodecLimits.Default),
            new EventRouter(
                RoutingKeyTemplate.Parse(options.RabbitMq.RoutingKey),
                CodecLimits.Default,
                EventKeyOptions.CreateOpener(options.EventKeys),
                new RoutingRules(options.Rules)),
            provider.GetRequiredService<IPublisher>(),
            provider.GetRequiredService<IDeadLetters>(),
            provider.GetRequiredKeyedService<ByteBudget>(Opened),
            options.RabbitMq.Exchange,
            provider.GetRequiredService<PipelineMetrics>()))
        .AddKeyedSingleton(Opened, new ByteBudget(options.Receive.MaxOpenedBytes));

    private static IServiceCollection AddAssembling(this IServiceCollection services, BridgeOptions options)
    {
        services
            .AddSingleton(options.Assemble)
            .AddSingleton<KnownReplicas>()
            .AddSingleton<ReassemblyContext>()
            .AddSingleton<Assembler>()
            .AddSingleton(provider => new ChunkForwarder(
                provider.GetRequiredService<IPublisher>(),
                provider.GetRequiredService<StuckMessages>(),
                options.Assemble.Partitions,
                provider.GetRequiredService<PipelineMetrics>()));
        return options.ChunkPartitions == 0 ? services : services.AddStage<Assembler>(StagePlace.Assembling);
    }

    private static IServiceCollection AddReceiving(this IServiceCollection services, BridgeOptions options)
    {
        services
            .AddSingleton<OpenReceiver>(QueueClients.OpenReceiver)
            .AddSingleton(options.Receive)
            .AddSingleton<QueueMetrics>();
        foreach (var queue in options.Endpoints())
        {
            services.AddSource(provider =>
                ActivatorUtilities.CreateInstance<QueueSource>(provider, provider.GetRequiredService<OpenReceiver>()(queue)));
        }

        return services;
    }

    // The spool is a source like a queue. Intakes start first and stop first.
    private static IServiceCollection AddIntakes(this IServiceCollection services, BridgeOptions options)
    {
        if (options.Intakes.Count == 0)
            return services;
        return services
            .AddSingleton<IntakeMetrics>()
            .AddSingleton(provider => new BatchSpool(
                options.Spool,
                options.SpoolKey(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<BatchSpool>>()))
            .AddSource(provider => ActivatorUtilities.CreateInstance<SpoolSource>(provider))
            .AddSingleton(provider => new Stage(
                StagePlace.Intakes,
                "intakes",
                ActivatorUtilities.CreateInstance<EdgeStage>(provider, options.Intakes)));
    }

    private static IServiceCollection AddSource(this IServiceCollection services, Func<IServiceProvider, ISource> open) =>
        services.AddSingleton(provider =>
        {
            var source = open(provider);
            var stage = new SourceStage(source, provider.GetRequiredService<ISink>());
            return new Stage(StagePlace.Receiving, $"receiving from {source.Name}", stage);
        });
}
