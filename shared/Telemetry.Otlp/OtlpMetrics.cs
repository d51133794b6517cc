using Google.Protobuf;
using Google.Protobuf.Collections;
using Telemetry.Events;
using Telemetry.Otlp;

namespace Telemetry.Otlp;

/// <summary>An export of metrics as events, one a data point.</summary>
internal static class OtlpMetrics
{
    private static readonly MessageParser<ExportMetricsServiceRequest> Parser =
        ExportMetricsServiceRequest.Parser.WithDiscardUnknownFields(true);

    /// <exception cref="InvalidProtocolBufferException">The bytes are no such request; nothing of it was sent.</exception>
    internal static void Send(ReadOnlySpan<byte> request, TelemetryClient client)
    {
        foreach (var group in Parser.ParseFrom(request).ResourceMetrics)
        {
            foreach (var scope in group.ScopeMetrics)
            {
                var origin = new OtlpOrigin(group.Resource, group.SchemaUrl, scope.Scope, scope.SchemaUrl);
                foreach (var metric in scope.Metrics)
                    Send(metric, origin, client);
            }
        }
    }

    private static void Send(Metric metric, OtlpOrigin origin, TelemetryClient client)
    {
        switch (metric.DataCase)
        {
            case Metric.DataOneofCase.Gauge:
                Send(metric.Gauge.DataPoints, "gauge"u8, AggregationTemporality.Unspecified);
                break;
            case Metric.DataOneofCase.Sum:
                var kind = metric.Sum.IsMonotonic ? "counter"u8 : "updowncounter"u8;
                Send(metric.Sum.DataPoints, kind, metric.Sum.AggregationTemporality);
                break;
            case Metric.DataOneofCase.Histogram:
                Send(metric.Histogram.DataPoints, "histogram"u8, metric.Histogram.AggregationTemporality);
                break;
            case Metric.DataOneofCase.ExponentialHistogram:
                Send(metric.ExponentialHistogram.DataPoints, "histogram"u8, metric.ExponentialHistogram.AggregationTemporality);
                break;
            case Metric.DataOneofCase.Summary:
                Send(metric.Summary.DataPoints, "summary"u8, AggregationTemporality.Unspecified);
                break;
        }

        void Send<T>(RepeatedField<T> points, ReadOnlySpan<byte> kind, AggregationTemporality temporality)
            where T : IDataPoint
        {
            foreach (var point in points)
                client.Send(Read(metric, point, kind, temporality, origin, client.Clock));
        }
    }

    private static TelemetryEvent Read<T>(
        Metric metric,
        T point,
        ReadOnlySpan<byte> kind,
        AggregationTemporality temporality,
        OtlpOrigin origin,
        TimeProvider clock)
        where T : IDataPoint
    {
        var time = point.TimeUnixNano > 0 ? OtlpValues.Time(point.TimeUnixNano) : clock.GetUtcNow();
        var result = TelemetryEvent.Begin(EventStyle.Metric, TelemetryLevel.Info, time);
        // The number sums up many traces, so the event belongs to none.
        result.Writer().SetOwnTrace(default);
        var json = result.Writer().Json;
        json.WriteString("name"u8, metric.Name);
        point.WriteValue(json);
        OtlpValues.WriteText(json, "unit"u8, metric.Unit);
        json.WriteString("kind"u8, kind);
        OtlpValues.WriteText(json, "meter"u8, origin.Name);
        WriteTemporality(json, temporality);
        OtlpValues.WriteTime(json, "since"u8, point.StartTimeUnixNano);
        point.WriteDetails(json);
        OtlpTrace.WriteFlags(json, point.Flags);
        OtlpValues.WriteText(json, "description"u8, metric.Description);
        OtlpValues.WriteAttributes(json, "metadata"u8, metric.Metadata);
        origin.WriteTo(json);
        result = result.OpenAttributes();
        OtlpValues.WriteMembers(json, point.Attributes);
        return result;
    }

    private static void WriteTemporality(JsonOutput json, AggregationTemporality temporality)
    {
        switch (temporality)
        {
            case AggregationTemporality.Unspecified:
                break;
            case AggregationTemporality.Delta:
                json.WriteString("temporality"u8, "delta"u8);
                break;
            case AggregationTemporality.Cumulative:
                json.WriteString("temporality"u8, "cumulative"u8);
                break;
            default:
                json.WriteNumber("temporality"u8, (int)temporality);
                break;
        }
    }
}
