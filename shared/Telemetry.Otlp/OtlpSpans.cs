using System.Diagnostics;
using Google.Protobuf;
using Telemetry.Events;
using Telemetry.Otlp;

namespace Telemetry.Otlp;

/// <summary>An export of spans as events, one a span.</summary>
internal static class OtlpSpans
{
    private static readonly MessageParser<ExportTraceServiceRequest> Parser =
        ExportTraceServiceRequest.Parser.WithDiscardUnknownFields(true);

    /// <exception cref="InvalidProtocolBufferException">The bytes are no such request; nothing of it was sent.</exception>
    internal static void Send(ReadOnlySpan<byte> request, TelemetryClient client)
    {
        foreach (var group in Parser.ParseFrom(request).ResourceSpans)
        {
            foreach (var scope in group.ScopeSpans)
            {
                var origin = new OtlpOrigin(group.Resource, group.SchemaUrl, scope.Scope, scope.SchemaUrl);
                foreach (var span in scope.Spans)
                    client.Send(Read(span, origin, client.Clock));
            }
        }
    }

    private static TelemetryEvent Read(Span span, OtlpOrigin origin, TimeProvider clock)
    {
        var start = span.StartTimeUnixNano > 0 ? OtlpValues.Time(span.StartTimeUnixNano) : clock.GetUtcNow();
        var level = span.Status?.Code is Status.Types.StatusCode.Error ? TelemetryLevel.Error : TelemetryLevel.Info;
        var result = TelemetryEvent.Begin(EventStyle.Span, level, start);
        var json = result.Writer().Json;
        json.WriteString("name"u8, span.Name);
        WriteDuration(json, span.StartTimeUnixNano, span.EndTimeUnixNano);
        WriteKind(json, span.Kind);
        WriteStatus(json, span.Status ?? new Status());
        OtlpTrace.Write(result.Writer(), span.TraceId, span.SpanId, span.Flags);
        OtlpTrace.WriteId(json, "parentSpanId"u8, span.ParentSpanId);
        OtlpValues.WriteText(json, "source"u8, origin.Name);
        OtlpValues.WriteText(json, "tracestate"u8, span.TraceState);
        OtlpValues.WriteList(json, "events"u8, span.Events, WriteEvent);
        OtlpValues.WriteCount(json, "droppedEventsCount"u8, span.DroppedEventsCount);
        OtlpValues.WriteList(json, "links"u8, span.Links, WriteLink);
        OtlpValues.WriteCount(json, "droppedLinksCount"u8, span.DroppedLinksCount);
        OtlpValues.WriteCount(json, "droppedAttributesCount"u8, span.DroppedAttributesCount);
        origin.WriteTo(json);
        result = result.OpenAttributes();
        OtlpValues.WriteMembers(json, span.Attributes);
        return result;
    }

    private static void WriteDuration(JsonOutput json, ulong start, ulong end)
    {
        var hasDuration = start > 0 && end >= start;
        json.WriteNumber("durationMs"u8, hasDuration ? (end - start) / 1e6 : 0);
        if (!hasDuration)
            OtlpValues.WriteTime(json, "endTime"u8, end);
    }

    private static void WriteKind(JsonOutput json, Span.Types.SpanKind kind)
    {
        // OTLP counts the kinds from 1, in .NET's order, and allows to take an unspecified kind for internal.
        if (kind is >= Span.Types.SpanKind.Unspecified and <= Span.Types.SpanKind.Consumer)
            json.WriteString("kind"u8, SpanNames.Kind((ActivityKind)Math.Max(0, (int)kind - 1)));
        else
            json.WriteNumber("kind"u8, (int)kind);
    }

    private static void WriteStatus(JsonOutput json, Status status)
    {
        if (status.Code is >= Status.Types.StatusCode.Unset and <= Status.Types.StatusCode.Error)
            json.WriteString("status"u8, SpanNames.Status((ActivityStatusCode)status.Code));
        else
            json.WriteNumber("status"u8, (int)status.Code);
        OtlpValues.WriteText(json, "statusMessage"u8, status.Message);
    }

    private static void WriteEvent(JsonOutput json, Span.Types.Event one)
    {
        json.WriteString("name"u8, one.Name);
        OtlpValues.WriteTime(json, "timestamp"u8, one.TimeUnixNano);
        json.WriteStartObject("attributes"u8);
        OtlpValues.WriteMembers(json, one.Attributes);
        json.WriteEndObject();
        OtlpValues.WriteCount(json, "droppedAttributesCount"u8, one.DroppedAttributesCount);
    }

    private static void WriteLink(JsonOutput json, Span.Types.Link link)
    {
        OtlpTrace.WriteIds(json, link.TraceId, link.SpanId);
        OtlpValues.WriteText(json, "tracestate"u8, link.TraceState);
        OtlpTrace.WriteFlags(json, link.Flags);
        OtlpValues.WriteAttributes(json, "attributes"u8, link.Attributes);
        OtlpValues.WriteCount(json, "droppedAttributesCount"u8, link.DroppedAttributesCount);
    }
}
