using System.Diagnostics;
using Telemetry.Events;

namespace Telemetry;

/// <summary>
/// One event under construction, written straight as UTF-8 JSON. Build it and hand it over in one expression:
/// <code>TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Info, "order accepted").With("orderId", id));</code>
/// Members: <c>timestamp</c>, <c>style</c>, <c>level</c>, then by style <c>category</c> and <c>message</c>, or <c>name</c>,
/// <c>value</c>, <c>unit</c>, <c>durationMs</c>, then <c>attributes</c>; the client adds <c>traceparent</c>, <c>service</c>,
/// <c>release</c>, <c>instance</c> and what else its options name.
/// A log that no client of the process would send for its level is not built at all: what is added to it is not even looked at.
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
        _writer.Begin(style, (int)level, EventHeads.Of(style, level), timestamp);
    }

    private TelemetryEvent(int turn)
    {
        _writer = null!;
        _turn = turn;
    }

    /// <summary>No client would send it: it holds nothing and takes nothing.</summary>
    internal bool IsDiscarded => _turn == Discarded;

    private JsonOutput Json => _writer.Json;

    /// <summary>A log record, style <c>logs</c>.</summary>
    public static TelemetryEvent Log(TelemetryLevel level, ReadOnlySpan<char> message) =>
        LevelGate.MayPass(level)
            ? new TelemetryEvent(EventStyle.Log, level, TimeProvider.System.GetUtcNow()).Member("message"u8, message).OpenAttributes()
            : new TelemetryEvent(Discarded);

    /// <summary>A log record with a category, which <see cref="TelemetryOptions.Levels"/> may have a rule for.</summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="category">Who says it, such as <c>Orders.Payment</c>: member <c>category</c>.</param>
    /// <param name="message">What it says.</param>
    public static TelemetryEvent Log(TelemetryLevel level, string category, ReadOnlySpan<char> message)
    {
        if (!LevelGate.MayPassWithCategory(level))
            return new TelemetryEvent(Discarded);
        var log = new TelemetryEvent(EventStyle.Log, level, TimeProvider.System.GetUtcNow());
        log._writer.Category = category;
        return log.Member("category"u8, category).Member("message"u8, message).OpenAttributes();
    }

    /// <summary>A measurement, style <c>metrics</c>, level <c>info</c>.</summary>
    /// <param name="name">Such as <c>orders.created</c>.</param>
    /// <param name="value">The measured value; what JSON cannot hold (NaN, infinities) is written as a string.</param>
    /// <param name="unit">A UCUM unit such as <c>ms</c> or <c>By</c>; left out when empty.</param>
    public static TelemetryEvent Metric(ReadOnlySpan<char> name, double value, ReadOnlySpan<char> unit = default)
    {
        var metric = new TelemetryEvent(EventStyle.Metric, TelemetryLevel.Info, TimeProvider.System.GetUtcNow()).Member("name"u8, name);
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

    /// <summary>A stopped activity as a span: name, start, duration, kind, status, its own <c>traceparent</c>, parent, source, events, links and tags.</summary>
    public static TelemetryEvent Span(Activity activity)
    {
        var level = activity.Status is ActivityStatusCode.Error ? TelemetryLevel.Error : TelemetryLevel.Info;
        var start = new DateTimeOffset(activity.StartTimeUtc);
        var span = new TelemetryEvent(EventStyle.Span, level, start).Member("name"u8, activity.DisplayName);
        span._writer.Activity = activity;
        span._writer.SetOwnTrace(activity.TraceId);
        span.Json.WriteNumber("durationMs"u8, activity.Duration.TotalMilliseconds);
        span.Json.WriteString("kind"u8, SpanNames.Of(activity.Kind));
        span.Json.WriteString("status"u8, SpanNames.Of(activity.Status));
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

    /// <summary>Something that must be provable later, style <c>audit</c>, level <c>info</c>. Send it with <c>SendAsync</c>.</summary>
    /// <param name="name">What happened, such as <c>order.created</c>.</param>
    public static TelemetryEvent Audit(ReadOnlySpan<char> name) =>
        new TelemetryEvent(EventStyle.Audit, TelemetryLevel.Info, TimeProvider.System.GetUtcNow()).Member("name"u8, name).OpenAttributes();

    /// <summary>What it is written with, for who sends it.</summary>
    /// <exception cref="InvalidOperationException">It was already sent.</exception>
    internal EventWriter Writer() => IsOpen ? _writer : throw Sent();

    /// <summary>Gives the memory back. Does nothing for an event that was sent before: its memory serves another by now.</summary>
    internal void Release()
    {
        if (IsOpen)
            _writer.Return();
    }

    /// <summary>False once it was sent: its memory serves another event by then.</summary>
    internal bool IsOpen => _writer is not null && _writer.Turn == _turn;

    private static InvalidOperationException Sent() => new(AlreadySent);

    private TelemetryEvent Member(ReadOnlySpan<byte> name, ReadOnlySpan<char> value)
    {
        Json.WriteString(name, value);
        return this;
    }

    /// <summary>What a client has to say of itself, level <c>warn</c>: sent whatever levels and sampling say, as part of no trace.</summary>
    internal static TelemetryEvent OwnReport(ReadOnlySpan<char> message)
    {
        var report = Begin(EventStyle.Log, TelemetryLevel.Warn, TimeProvider.System.GetUtcNow());
        report._writer.SetOwnTrace(default);
        report._writer.IsOwnReport = true;
        return report.Member("message"u8, message).OpenAttributes();
    }

    /// <summary>An event whose members somebody else writes, up to <see cref="OpenAttributes"/> and the attributes themselves.</summary>
    internal static TelemetryEvent Begin(EventStyle style, TelemetryLevel level, DateTimeOffset timestamp) => new(style, level, timestamp);

    internal TelemetryEvent OpenAttributes()
    {
        Json.WriteStartObject("attributes"u8);
        return this;
    }
}
