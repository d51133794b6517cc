using System.Diagnostics.Metrics;
using Bridge.Assemble;
using Bridge.Publish;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Diagnostics;

/// <summary>Gauges of what the stages hold and wait for, read only when somebody asks; part of the meter <c>Bridge</c>.</summary>
internal static class StateGauges
{
    /// <summary>Starts them; each is made once a bridge.</summary>
    public static void ObserveState(this IServiceProvider services)
    {
        var meter = services.GetRequiredService<IMeterFactory>().Create(PublishMetrics.MeterName);
        var readiness = services.GetRequiredService<Readiness>();
        meter.CreateObservableGauge("bridge.ready", () => readiness.Problem is null ? 1 : 0, description: "1 while /readyz says ok");
        ObserveStuck(meter, services.GetRequiredService<StuckMessages>());
        ObserveMemory(meter, services);
        ObserveIncomplete(meter, services.GetRequiredService<Assembler>(), services.GetRequiredService<TimeProvider>());
    }

    private static void ObserveStuck(Meter meter, StuckMessages stuck)
    {
        meter.CreateObservableGauge(
            "bridge.stuck",
            () => stuck.Count,
            "{message}",
            "Messages that can be neither published nor dead-lettered, and wait while others go on");
        meter.CreateObservableGauge("bridge.stuck.size", () => stuck.Bytes, "By", "Memory that they hold");
    }

    private static void ObserveMemory(Meter meter, IServiceProvider services)
    {
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

    private static void ObserveIncomplete(Meter meter, Assembler assembler, TimeProvider clock)
    {
        meter.CreateObservableGauge(
            "bridge.incomplete_batches", () => assembler.Incomplete().Batches, "{batch}", "Batches held here that wait for chunks");
        meter.CreateObservableGauge(
            "bridge.incomplete_batches.size", () => assembler.Incomplete().Bytes, "By", "Memory that their chunks take");
        meter.CreateObservableGauge(
            "bridge.incomplete_batches.oldest.age",
            () => assembler.Incomplete().OldestAge(clock.GetUtcNow()).TotalSeconds,
            "s",
            "How long the oldest of them has waited; 0 when there is none");
    }

    private static Measurement<int> Flag(bool isSet, string reason) => new(isSet ? 1 : 0, new KeyValuePair<string, object?>("reason", reason));
}
