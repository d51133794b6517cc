using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;

namespace Telemetry.Events;

/// <summary>
/// Builds events in reused memory. Each thread has one instance that is used again and again. An event that is begun while
/// another one is being built on the same thread gets a new instance.
/// </summary>
internal sealed class EventWriter
{
    private const int LargestKept = 1024 * 1024;
    private const int TimestampStart = 14; // {"timestamp":"
    private const int TimestampLength = 28; // 2026-11-20T09:00:00.0000000Z

    [ThreadStatic]
    private static EventWriter? s_free;

    private int _body;
    private int _bodyEnd;

    private EventWriter()
    {
    }

    internal JsonOutput Json { get; } = new();

    internal EventStyle Style { get; private set; }

    /// <summary>The event's <see cref="TelemetryLevel"/> as a number: the higher, the more the event matters.</summary>
    internal int Severity { get; private set; }

    internal string? Category { get; set; }

    /// <summary>
    /// The finished activity that the event describes. Null means the activity that is current when the event is sent.
    /// </summary>
    internal Activity? Activity { get; set; }

    /// <summary>True when the event names its own trace or belongs to none.</summary>
    internal bool HasOwnTrace { get; private set; }

    internal ActivityTraceId Trace { get; private set; }

    /// <summary>True for the client's report of events that it dropped. Levels and sampling do not apply to it.</summary>
    internal bool IsOwnReport { get; set; }

    /// <summary>The part of the JSON that holds what callers gave; known after <see cref="EndAttributes"/>.</summary>
    internal Range Body => _body.._bodyEnd;

    /// <summary>Changes after each event, so that an event that was sent cannot be written to again.</summary>
    internal int Turn { get; private set; }

    internal static EventWriter Take()
    {
        var writer = s_free ?? new EventWriter();
        s_free = null;
        return writer;
    }

    internal static ReadOnlySpan<byte> TraceParent => "traceparent"u8;

    /// <summary>Begins an event.</summary>
    /// <param name="style">What the event is.</param>
    /// <param name="severity">Its level as a number.</param>
    /// <param name="head">The JSON between the timestamp and the first member of the event's own.</param>
    /// <param name="timestamp">When it happened.</param>
    internal void Begin(EventStyle style, int severity, ReadOnlySpan<byte> head, DateTimeOffset timestamp)
    {
        Style = style;
        Severity = severity;
        Span<byte> text = stackalloc byte[TimestampLength];
        Format(timestamp, text);
        Json.Append("{\"timestamp\":\""u8);
        Json.Append(text);
        Json.Append(head);
        _body = Json.Length;
    }

    internal void SetTimestamp(DateTimeOffset timestamp) =>
        Format(timestamp, Json.Written.Slice(TimestampStart, TimestampLength));

    internal void SetOwnTrace(ActivityTraceId trace)
    {
        HasOwnTrace = true;
        Trace = trace;
    }

    /// <summary>Ends the attributes. What follows is not a caller's: it needs no redaction.</summary>
    internal void EndAttributes()
    {
        Json.WriteEndObject();
        _bodyEnd = Json.Length;
    }

    /// <summary>Ends the event.</summary>
    /// <returns>Its JSON, valid until <see cref="Return"/>.</returns>
    internal ReadOnlySpan<byte> End()
    {
        Json.Append("}"u8);
        return Json.Written;
    }

    internal void Return()
    {
        Turn++;
        if (Json.Capacity > LargestKept)
            return;
        Json.Clear();
        Category = null;
        Activity = null;
        HasOwnTrace = false;
        IsOwnReport = false;
        Trace = default;
        s_free = this;
    }

    private static void Format(DateTimeOffset timestamp, Span<byte> destination) =>
        Utf8Formatter.TryFormat(timestamp.UtcDateTime, destination, out _, new StandardFormat('O'));
}

/// <summary>What an event is.</summary>
internal enum EventStyle
{
    Log,
    Metric,
    Span,
    Audit,
}
