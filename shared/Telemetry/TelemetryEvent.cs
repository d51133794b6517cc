using System.Diagnostics;
using Telemetry.Events;

namespace Telemetry;

/// <summary>
/// One event that is being built. It is written directly as UTF-8 JSON. Build it and send it in one expression:
/// <code>TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Info, "order accepted").With("orderId", id));</code>
/// Members: <c>timestamp</c>, <c>style</c>, <c>level</c>, then by style <c>category</c> and <c>message</c>, or <c>name</c>,
/// <c>value</c>, <c>unit</c>, <c>durationMs</c>, then <c>attributes</c>; the client adds <c>traceparent</c>, <c>service</c>,
/// <c>release</c>, <c>instance</c> and the other members of its options.
/// A log whose level no client of the process would send is not built: the values that are added to it are ignored.
/// </summary>
public readonly ref partial struct TelemetryEvent
{
    /// <summary>Why an event that is not <see cref="IsOpen"/> is not sent.</summary>
    internal const string AlreadySent = "this TelemetryEvent was already sent: build a new one for every send";

    private const int Discarded = -1;

    private readonly EventWriter _writer;
    private readonly int _turn;

    private TelemetryEvent(EventStyle style, TelemetryLevel level, DateTimeOffset timestamp)
    {
        _writer = EventWriter.Take();
        _turn = _writer.Turn;
        _writer.Begin(style, (int)level, EventHeads.Get(style, level), timestamp);
    }

    private TelemetryEvent(int turn)
    {
        _writer = null!;
        _turn = turn;
    }

    /// <summary>True when no client would send the event. It holds nothing, and what is added is ignored.</summary>
    internal bool IsDiscarded => _turn == Discarded;

    private JsonOutput Json => _writer.Json;

    /// <summary>A log record, style <c>logs</c>.</summary>
    public static TelemetryEvent Log(TelemetryLevel level, ReadOnlySpan<char> message) =>
        LevelGate.MaySend(level)
            ? BeginNow(EventStyle.Log, level).Member("message"u8, message).OpenAttributes()
            : new TelemetryEvent(Discarded);

    /// <summary>A log record with a category, which <see cref="TelemetryOptions.Levels"/> may have a rule for.</summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="category">The category, such as <c>Orders.Payment</c>: member <c>category</c>.</param>
    /// <param name="message">The text.</param>
    public static TelemetryEvent Log(TelemetryLevel level, string category, ReadOnlySpan<char> message)
    {
        if (!LevelGate.MaySendWithCategory(level))
            return new TelemetryEvent(Discarded);
        var log = BeginNow(EventStyle.Log, level);
        log._writer.Category = category;
        return log.Member("category"u8, category).Member("message"u8, message).OpenAttributes();
    }

    /// <summary>A measurement, style <c>metrics</c>, level <c>info</c>.</summary>
    /// <param name="name">Such as <c>orders.created</c>.</param>
    /// <param name="value">The measured value; what JSON cannot hold (NaN, infinities) is written as a string.</param>
    /// <param name="unit">A UCUM unit such as <c>ms</c> or <c>By</c>; left out when empty.</param>
    public static TelemetryEvent Metric(ReadOnlySpan<char> name, double value, ReadOnlySpan<char> unit = default)
    {
        var metric = BeginNow(EventStyle.Metric, TelemetryLevel.Info).Member("name"u8, name);
        metric.Json.WritePropertyName("value"u8);
        EventValues.WriteNumber(metric.Json, value);
        return (unit.IsEmpty ? metric : metric.Member("unit"u8, unit)).OpenAttributes();
    }

    /// <summary>A finished span, style <c>traces</c>, level <c>info</c>; its timestamp is its start.</summary>
    /// <param name="name">What was done, such as <c>create-order</c>.</param>
    /// <param name="start">When it began.</param>
    /// <param name="duration">How long it took; written in milliseconds.</param>
    public static TelemetryEvent Span(ReadOnlySpan<char> name, DateTimeOffset start, TimeSpan duration)
    {
        var span = new TelemetryEvent(EventStyle.Span, TelemetryLevel.Info, start).Member("name"u8, name);
        span.Json.WriteNumber("durationMs"u8, duration.TotalMilliseconds);
        return span.OpenAttributes();
    }

    /// <summary>
    /// A stopped activity as a span: name, start, duration, kind, status, its own <c>traceparent</c>, parent, source, events,
    /// links and tags.
    /// </summary>
    public static TelemetryEvent Span(Activity activity)
    {
        var level = activity.Status is ActivityStatusCode.Error ? TelemetryLevel.Error : TelemetryLevel.Info;
        var start = new DateTimeOffset(activity.StartTimeUtc);
        var span = new TelemetryEvent(EventStyle.Span, level, start).Member("name"u8, activity.DisplayName);
        span._writer.Activity = activity;
        span._writer.SetOwnTrace(activity.TraceId);
        span.Json.WriteNumber("durationMs"u8, activity.Duration.TotalMilliseconds);
        span.Json.WriteString("kind"u8, SpanNames.Kind(activity.Kind));
        span.Json.WriteString("status"u8, SpanNames.Status(activity.Status));
        if (activity.IdFormat is ActivityIdFormat.W3C)
            span.Json.WriteString(EventWriter.TraceParent, activity.Id);
        if (activity.ParentSpanId != default)
            span.Json.WriteString("parentSpanId"u8, activity.ParentSpanId.ToHexString());
        SpanParts.Write(span.Json, activity);
        span = span.OpenAttributes();
        foreach (ref readonly var tag in activity.EnumerateTagObjects())
            EventValues.WriteMember(span.Json, tag.Key, tag.Value);
        return span;
    }

    /// <summary>
    /// An audit event, style <c>audit</c>, level <c>info</c>. Send it with <c>SendAsync</c>, so that it is not lost.
    /// </summary>
    /// <param name="name">What happened, such as <c>order.created</c>.</param>
    public static TelemetryEvent Audit(ReadOnlySpan<char> name) =>
        BeginNow(EventStyle.Audit, TelemetryLevel.Info).Member("name"u8, name).OpenAttributes();

    /// <summary>The writer of this event.</summary>
    /// <exception cref="InvalidOperationException">It was already sent.</exception>
    internal EventWriter Writer() => IsOpen ? _writer : throw Sent();

    /// <summary>
    /// Returns the memory. Does nothing for an event that was sent before, since another event uses its memory now.
    /// </summary>
    internal void Release()
    {
        if (IsOpen)
            _writer.Return();
    }

    /// <summary>False after the event was sent: another event uses its memory then.</summary>
    internal bool IsOpen => _writer is not null && _writer.Turn == _turn;

    private static TelemetryEvent BeginNow(EventStyle style, TelemetryLevel level) =>
        new(style, level, TimeProvider.System.GetUtcNow());

    private static InvalidOperationException Sent() => new(AlreadySent);

    private TelemetryEvent Member(ReadOnlySpan<byte> name, ReadOnlySpan<char> value)
    {
        Json.WriteString(name, value);
        return this;
    }

    /// <summary>
    /// A client's report about itself, level <c>warn</c>. Levels and sampling do not apply, and it belongs to no trace.
    /// </summary>
    internal static TelemetryEvent OwnReport(ReadOnlySpan<char> message)
    {
        var report = BeginNow(EventStyle.Log, TelemetryLevel.Warn);
        report._writer.SetOwnTrace(default);
        report._writer.IsOwnReport = true;
        return report.Member("message"u8, message).OpenAttributes();
    }

    /// <summary>
    /// An event whose members the caller writes before <see cref="OpenAttributes"/>, and whose attributes it writes after.
    /// </summary>
    internal static TelemetryEvent Begin(EventStyle style, TelemetryLevel level, DateTimeOffset timestamp) =>
        new(style, level, timestamp);

    internal TelemetryEvent OpenAttributes()
    {
        Json.WriteStartObject("attributes"u8);
        return this;
    }
}
