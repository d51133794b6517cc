using System.Diagnostics;
using Telemetry.Events;

namespace Telemetry.Otlp;

/// <summary>One Span message as an event.</summary>
internal static class OtlpSpans
{
    internal static TelemetryEvent Read(ReadOnlySpan<byte> span, in OtlpScope scope)
    {
        var facts = new Facts(span);
        var level = facts.Status is ActivityStatusCode.Error ? TelemetryLevel.Error : TelemetryLevel.Info;
        var result = TelemetryEvent.Begin(EventStyle.Span, level, OtlpTrace.Time(facts.Start));
        var json = result.Writer().Json;
        json.WriteString("name"u8, facts.Name);
        json.WriteNumber("durationMs"u8, facts.End > facts.Start ? (facts.End - facts.Start) / 1e6 : 0);
        // OTLP counts the kinds from 1, with the same order.
        json.WriteString("kind"u8, SpanNames.Of((ActivityKind)Math.Max(0, (int)facts.Kind - 1)));
        json.WriteString("status"u8, SpanNames.Of(facts.Status));
        if (!facts.StatusMessage.IsEmpty)
            json.WriteString("statusMessage"u8, facts.StatusMessage);
        OtlpTrace.Set(result.Writer(), facts.Trace, facts.Id, facts.Flags);
        OtlpTrace.WriteId(json, "parentSpanId"u8, facts.Parent);
        if (!scope.Name.IsEmpty)
            json.WriteString("source"u8, scope.Name);
        if (!facts.TraceState.IsEmpty)
            json.WriteString("tracestate"u8, facts.TraceState);
        WriteParts(json, span, 11, "events"u8, WriteEvent);
        WriteParts(json, span, 13, "links"u8, WriteLink);
        scope.WriteResource(json);
        result = result.OpenAttributes();
        OtlpValues.WriteMembers(json, span, 9);
        return result;
    }

    private delegate void WritePart(JsonOutput json, ReadOnlySpan<byte> part);

    private static void WriteParts(JsonOutput json, ReadOnlySpan<byte> span, int field, ReadOnlySpan<byte> name, WritePart write)
    {
        var any = false;
        var reader = new ProtoReader(span);
        while (reader.MoveNext())
        {
            if (reader.Field != field || !reader.IsBytes)
                continue;
            SpanParts.Open(json, name, ref any);
            write(json, reader.Value);
        }

        SpanParts.Close(json, any);
    }

    private static void WriteEvent(JsonOutput json, ReadOnlySpan<byte> one)
    {
        json.WriteStartObject();
        var reader = new ProtoReader(one);
        while (reader.MoveNext())
        {
            if (reader.Field == 1 && reader.IsFixed64)
                json.WriteString("timestamp"u8, OtlpTrace.Time(reader.Number));
            else if (reader.Field == 2 && reader.IsBytes)
                json.WriteString("name"u8, reader.Value);
        }

        json.WriteStartObject("attributes"u8);
        OtlpValues.WriteMembers(json, one, 3);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteLink(JsonOutput json, ReadOnlySpan<byte> link)
    {
        json.WriteStartObject();
        var reader = new ProtoReader(link);
        while (reader.MoveNext())
        {
            if (reader.Field is 1 or 2 && reader.IsBytes)
                OtlpTrace.WriteId(json, reader.Field == 1 ? "traceId"u8 : "spanId"u8, reader.Value);
        }

        json.WriteEndObject();
    }

    // The fields in the order of their numbers; a message may hold them in any.
    private readonly ref struct Facts
    {
        internal Facts(ReadOnlySpan<byte> span)
        {
            var reader = new ProtoReader(span);
            while (reader.MoveNext())
            {
                switch (reader.Field)
                {
                    case 1 when reader.IsBytes: Trace = reader.Value; break;
                    case 2 when reader.IsBytes: Id = reader.Value; break;
                    case 3 when reader.IsBytes: TraceState = reader.Value; break;
                    case 4 when reader.IsBytes: Parent = reader.Value; break;
                    case 5 when reader.IsBytes: Name = reader.Value; break;
                    case 6 when reader.IsVarint: Kind = reader.Number; break;
                    case 7 when reader.IsFixed64: Start = reader.Number; break;
                    case 8 when reader.IsFixed64: End = reader.Number; break;
                    case 15 when reader.IsBytes:
                        Status = StatusOf(reader.Value, out var message);
                        StatusMessage = message;
                        break;
                    case 16 when reader.IsFixed32: Flags = reader.Number; break;
                }
            }
        }

        internal ReadOnlySpan<byte> Trace { get; }

        internal ReadOnlySpan<byte> Id { get; }

        internal ReadOnlySpan<byte> TraceState { get; }

        internal ReadOnlySpan<byte> Parent { get; }

        internal ReadOnlySpan<byte> Name { get; }

        internal ReadOnlySpan<byte> StatusMessage { get; }

        internal ActivityStatusCode Status { get; }

        internal ulong Kind { get; }

        internal ulong Start { get; }

        internal ulong End { get; }

        internal ulong Flags { get; }

        private static ActivityStatusCode StatusOf(ReadOnlySpan<byte> status, out ReadOnlySpan<byte> message)
        {
            message = default;
            var code = ActivityStatusCode.Unset;
            var reader = new ProtoReader(status);
            while (reader.MoveNext())
            {
                if (reader.Field == 2 && reader.IsBytes)
                    message = reader.Value;
                else if (reader.Field == 3 && reader.IsVarint)
                    code = (ActivityStatusCode)reader.Number;
            }

            return code;
        }
    }
}
