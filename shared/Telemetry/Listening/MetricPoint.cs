using System.Diagnostics.Metrics;
using Telemetry.Events;

namespace Telemetry.Listening;

/// <summary>One series of an instrument as it stands, on its way into an event.</summary>
internal readonly struct MetricPoint(
    Instrument instrument, MetricKind kind, MetricTemporality temporality, DateTimeOffset since, DateTimeOffset now,
    InstrumentSeries series)
{
    private static ReadOnlySpan<byte> Delta => "delta"u8;
    private static ReadOnlySpan<byte> Cumulative => "cumulative"u8;

    internal TelemetryEvent ToEvent()
    {
        var metric = TelemetryEvent.Begin(EventStyle.Metric, TelemetryLevel.Info, now);
        var writer = metric.Writer();
        // The number sums up many traces, so the event belongs to none.
        writer.SetOwnTrace(default);
        WriteMembers(writer.Json);
        metric = metric.OpenAttributes();
        foreach (ref readonly var tag in series.Tags.Tags.AsSpan())
            TagText.Write(writer.Json, tag);
        return metric;
    }

    private void WriteMembers(JsonOutput json)
    {
        json.WriteString("name"u8, instrument.Name);
        json.WritePropertyName("value"u8);
        var isDelta = temporality is MetricTemporality.Delta;
        EventValues.WriteNumber(json, isDelta && kind is MetricKind.ObservedCounter ? series.Growth() : series.Value);
        if (instrument.Unit is { Length: > 0 } unit)
            json.WriteString("unit"u8, unit);
        json.WriteString("kind"u8, MetricKinds.NameOf(kind));
        json.WriteString("meter"u8, instrument.Meter.Name);
        // A state has no time that it counts from.
        if (kind is not MetricKind.Gauge)
        {
            json.WriteString("temporality"u8, isDelta ? Delta : Cumulative);
            json.WriteString("since"u8, since);
        }

        if (kind is MetricKind.Histogram)
            WriteDistribution(json);
    }

    private void WriteDistribution(JsonOutput json)
    {
        json.WriteNumber("count"u8, series.Count);
        json.WritePropertyName("min"u8);
        EventValues.WriteNumber(json, series.Least);
        json.WritePropertyName("max"u8);
        EventValues.WriteNumber(json, series.Most);
        json.WriteStartArray("bounds"u8);
        foreach (var bound in series.Bounds)
            json.WriteNumberValue(bound);
        json.WriteEndArray();
        json.WriteStartArray("buckets"u8);
        foreach (var count in series.Buckets)
            json.WriteNumberValue(count);
        json.WriteEndArray();
    }
}
