using System.Diagnostics.Metrics;
using Bridge.Core.Diagnostics;

namespace Bridge.Edge.Spool;

/// <summary>What a spool is measured by; part of the meter <c>Bridge</c>.</summary>
internal static class SpoolMetrics
{
    /// <summary>Starts the gauges of a spool; every one has a value from the start.</summary>
    public static void Observe(this BatchSpool spool, Meter meter, TimeProvider clock)
    {
        meter.CreateObservableGauge("bridge.spool.batches", () => spool.Figures.Batches, "{batch}", "Batches in the spool");
        meter.CreateObservableGauge("bridge.spool.events", () => spool.Figures.Events, "{event}", "Events in these batches");
        meter.CreateObservableGauge("bridge.spool.size", () => spool.Figures.Bytes, "By", "Size of the spool's files");
        meter.CreateObservableGauge(
            "bridge.spool.oldest.age", () => AgeOf(spool.Figures.Oldest, clock), "s", "Age of the oldest batch in the spool; 0 when there is none");
        meter.CreateObservableGauge(
            "bridge.spool.full", () => spool.IsFull ? 1 : 0, description: "1 while the spool takes no events: it is full, or its disk fails");
        meter.CreateObservableCounter(
            "bridge.spool.damaged", () => (long)spool.Figures.Damages, "{file}", "Damaged databases and logs that were put aside");
    }

    /// <summary>Starts them in the bridge's meter.</summary>
    public static void Observe(this BatchSpool spool, IMeterFactory factory, TimeProvider clock) =>
        spool.Observe(factory.Create(MessagingAttributes.Scope), clock);

    private static double AgeOf(DateTimeOffset? oldest, TimeProvider clock) =>
        oldest is { } stored ? Math.Max(0, (clock.GetUtcNow() - stored).TotalSeconds) : 0;
}
