using System.Diagnostics.Metrics;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Edge.Spool;
using Bridge.Hosting.Http;
using Bridge.RabbitMq.Partitions;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge;

/// <summary>
/// Creates the gauges of the bridge's state in the meter <c>Bridge</c>. The gauges of the memory are here, since receiving,
/// opening and assembling share it.
/// </summary>
internal static class StateGauges
{
    /// <summary>Creates the gauges. Call it once for each bridge.</summary>
    public static void ObserveState(this IServiceProvider services)
    {
        var meter = services.GetRequiredService<IMeterFactory>().Create(MessagingAttributes.Scope);
        services.GetRequiredService<Readiness>().Observe(meter);
        services.GetRequiredService<StuckMessages>().Observe(meter);
        services.GetRequiredService<Assembler>().Observe(meter);
        services.GetService<BatchSpool>()?.Observe(meter, services.GetRequiredService<TimeProvider>());

        var publisher = services.GetRequiredService<IPublisher>();
        meter.CreateObservableGauge(
            "bridge.in_flight", services.BytesInFlight, "By", "Received messages, chunks and opened batches in memory");
        meter.CreateObservableGauge(
            "bridge.receiving.paused",
            () => (Measurement<int>[])
            [
                Flag(!publisher.IsReady, "broker"),
                Flag(services.IsMemoryFull(), "memory"),
            ],
            description: "1 while nothing is received, by reason: the broker takes nothing, or the memory's bound is reached");
    }

    private static Measurement<int> Flag(bool isSet, string reason) =>
        new(isSet ? 1 : 0, new KeyValuePair<string, object?>("reason", reason));
}
