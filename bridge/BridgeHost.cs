using Bridge.Assemble;
using Bridge.Commands;
using Bridge.DeadLetter;
using Bridge.Deliver;
using Bridge.Diagnostics;
using Bridge.Publish;
using Bridge.Receive;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Telemetry.Codec;

namespace Bridge;

/// <summary>Puts the bridge together.</summary>
internal static class BridgeHost
{
    // The budget of opened batches, beside that of received messages.
    private const string Opened = "opened";

    /// <summary>The bridge with all its stages, not started.</summary>
    public static WebApplication Build(BridgeOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.AddBridgeLogging();
        builder.Services
            .AddSingleton(options)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IHostLifetime, CommandLifetime>()
            .AddSingleton<Stages>()
            .AddDiagnostics()
            .AddPublishing(options)
            .AddDelivery(options)
            .AddAssembling(options)
            .AddReceiving(options);

        var app = builder.Build();

        // Before the first instrument: it exports what is recorded from now on.
        app.Services.GetRequiredService<MetricsExporter>();
        app.Services.ObserveBytesInFlight();
        app.MapDiagnostics();
        app.Urls.Add(options.Http.Url);
        return app;
    }

    private static IServiceCollection AddPublishing(this IServiceCollection services, BridgeOptions options) => services
        .AddSingleton(provider => new BrokerConnector(options.RabbitMq, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton(new Topology(options.RabbitMq.Exchange, options.Assemble.Partitions))
        .AddSingleton<PublishMetrics>()
        .AddSingleton<IPublisher>(provider => provider.GetRequiredService<RabbitPublisher>())
        .AddSingleton<IDeadLetters, DeadLetterPublisher>()
        .AddStage<RabbitPublisher>();

    private static IServiceCollection AddDelivery(this IServiceCollection services, BridgeOptions options) => services
        .AddSingleton(CodecLimits.Default)
        .AddSingleton<SettledBatches>()
        .AddSingleton(provider => new BatchDelivery(
            new BatchOpener(options.KeyRing(), CodecLimits.Default),
            new EventRouter(RoutingKeyTemplate.Parse(options.RabbitMq.RoutingKey), CodecLimits.Default),
            provider.GetRequiredService<IPublisher>(),
            provider.GetRequiredService<IDeadLetters>(),
            provider.GetRequiredKeyedService<ByteBudget>(Opened),
            options.RabbitMq.Exchange,
            provider.GetRequiredService<BridgeMetrics>()))
        .AddKeyedSingleton(Opened, new ByteBudget(options.Receive.MaxOpenedBytes));

    private static IServiceCollection AddAssembling(this IServiceCollection services, BridgeOptions options) => services
        .AddSingleton(options.Assemble)
        .AddSingleton<WholeBatches>()
        .AddSingleton(provider => new ChunkForwarder(
            provider.GetRequiredService<IPublisher>(), options.Assemble.Partitions, provider.GetRequiredService<BridgeMetrics>()))
        .AddStage<Assembler>();

    private static IServiceCollection AddReceiving(this IServiceCollection services, BridgeOptions options)
    {
        services.AddSingleton<MessageWork>().AddSingleton(ReplicaName.OfThisProcess).AddSingleton(options.Receive).AddSingleton(new ByteBudget(options.Receive.MaxBytes));
        foreach (var queue in options.Endpoints())
        {
            services.AddSingleton(provider => new Stage(
                $"receiving from {queue}",
                ActivatorUtilities.CreateInstance<QueueReceiver>(provider, CloudQueues.OpenReceiver(queue))));
        }

        return services;
    }

    private static void ObserveBytesInFlight(this IServiceProvider services)
    {
        var received = services.GetRequiredService<ByteBudget>();
        var opened = services.GetRequiredKeyedService<ByteBudget>(Opened);
        var assembler = services.GetRequiredService<Assembler>();
        services.GetRequiredService<BridgeMetrics>().ObserveBytes(() => received.Used + opened.Used + assembler.Bytes);
    }

    // Signals are the command line's: the host only starts and stops.
    private sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
