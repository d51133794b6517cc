using System.Diagnostics;

namespace Telemetry.Events;

/// <summary>Writes the parts of a span other than its tags: its source, its events and its links to other spans.</summary>
internal static class SpanParts
{
    internal static void Write(JsonOutput json, Activity activity)
    {
        if (activity.Source.Name.Length > 0)
            json.WriteString("source"u8, activity.Source.Name);
        if (activity.TraceStateString is { Length: > 0 } state)
            json.WriteString("tracestate"u8, state);
        WriteEvents(json, activity);
        WriteLinks(json, activity);
    }

    private static void WriteEvents(JsonOutput json, Activity activity)
    {
        var any = false;
        foreach (ref readonly var one in activity.EnumerateEvents())
        {
            Open(json, "events"u8, ref any);
            json.WriteStartObject();
            json.WriteString("name"u8, one.Name);
            json.WriteString("timestamp"u8, one.Timestamp);
            json.WriteStartObject("attributes"u8);
            foreach (ref readonly var tag in one.EnumerateTagObjects())
                EventValues.WriteMember(json, tag.Key, tag.Value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        Close(json, any);
    }

    private static void WriteLinks(JsonOutput json, Activity activity)
    {
        var any = false;
        foreach (ref readonly var link in activity.EnumerateLinks())
        {
            Open(json, "links"u8, ref any);
            json.WriteStartObject();
            json.WriteString("traceId"u8, link.Context.TraceId.ToHexString());
            json.WriteString("spanId"u8, link.Context.SpanId.ToHexString());
            json.WriteEndObject();
        }

        Close(json, any);
    }

    private static void Open(JsonOutput json, ReadOnlySpan<byte> name, ref bool any)
    {
        if (!any)
            json.WriteStartArray(name);
        any = true;
    }

    private static void Close(JsonOutput json, bool any)
    {
        if (any)
            json.WriteEndArray();
    }
}

/// <summary>OpenTelemetry's names of a span's kind and status.</summary>
internal static class SpanNames
{
    internal static ReadOnlySpan<byte> Kind(ActivityKind kind) => kind switch
    {
        ActivityKind.Server => "server"u8,
        ActivityKind.Client => "client"u8,
        ActivityKind.Producer => "producer"u8,
        ActivityKind.Consumer => "consumer"u8,
        _ => "internal"u8,
    };

    internal static ReadOnlySpan<byte> Status(ActivityStatusCode status) => status switch
    {
        ActivityStatusCode.Ok => "ok"u8,
        ActivityStatusCode.Error => "error"u8,
        _ => "unset"u8,
    };
}
