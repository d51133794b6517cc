using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Telemetry.Events;

namespace Telemetry;

/// <summary>
/// One event under construction, written straight as UTF-8 JSON. Build it and hand it over in one expression:
/// <code>TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Info, "order accepted").With("orderId", id));</code>
/// Members: <c>timestamp</c>, <c>style</c>, <c>level</c>, then by style <c>message</c> or <c>name</c>, <c>value</c>,
/// <c>unit</c>, <c>durationMs</c>, then <c>attributes</c>; the client adds <c>traceparent</c>, <c>service</c>,
/// <c>release</c> and <c>instance</c>.
/// </summary>
public readonly ref struct TelemetryEvent
{
    private readonly EventWriter _writer;
    private readonly int _turn;
    private readonly bool _ownTrace;

    private TelemetryEvent(ReadOnlySpan<byte> style, TelemetryLevel level, DateTimeOffset timestamp, bool ownTrace = false)
    {
        _ownTrace = ownTrace;
        _writer = EventWriter.Take();
        _turn = _writer.Turn;
        _writer.Begin(timestamp);
        Json.WriteString("style"u8, style);
        Json.WriteString("level"u8, NameOf(level));
    }

    private Utf8JsonWriter Json => _writer.Json;

    /// <summary>A log record, style <c>log</c>.</summary>
    public static TelemetryEvent Log(TelemetryLevel level, ReadOnlySpan<char> message) =>
        new TelemetryEvent("log"u8, level, TimeProvider.System.GetUtcNow()).Member("message"u8, message).OpenAttributes();

    /// <summary>A measurement, style <c>metric</c>, level <c>info</c>.</summary>
    /// <param name="name">Such as <c>orders.created</c>.</param>
    /// <param name="value">The measured value; what JSON cannot hold (NaN, infinities) is written as a string.</param>
    /// <param name="unit">A UCUM unit such as <c>ms</c> or <c>By</c>; left out when empty.</param>
    public static TelemetryEvent Metric(ReadOnlySpan<char> name, double value, ReadOnlySpan<char> unit = default)
    {
        var metric = new TelemetryEvent("metric"u8, TelemetryLevel.Info, TimeProvider.System.GetUtcNow()).Member("name"u8, name);
        metric.WriteNumber("value", value);
        return (unit.IsEmpty ? metric : metric.Member("unit"u8, unit)).OpenAttributes();
    }

    /// <summary>A finished span, style <c>span</c>, level <c>info</c>; its timestamp is its start.</summary>
    /// <param name="name">What was done, such as <c>create-order</c>.</param>
    /// <param name="start">When it began.</param>
    /// <param name="duration">How long it took; written in milliseconds.</param>
    public static TelemetryEvent Span(ReadOnlySpan<char> name, DateTimeOffset start, TimeSpan duration)
    {
        var span = new TelemetryEvent("span"u8, TelemetryLevel.Info, start).Member("name"u8, name);
        span.Json.WriteNumber("durationMs"u8, duration.TotalMilliseconds);
        return span.OpenAttributes();
    }

    /// <summary>A stopped activity as a span: name, start, duration, kind, status, its own <c>traceparent</c>, parent and tags.</summary>
    public static TelemetryEvent Span(Activity activity)
    {
        var level = activity.Status is ActivityStatusCode.Error ? TelemetryLevel.Error : TelemetryLevel.Info;
        var start = new DateTimeOffset(activity.StartTimeUtc);
        var ownTrace = activity.IdFormat is ActivityIdFormat.W3C;
        var span = new TelemetryEvent("span"u8, level, start, ownTrace).Member("name"u8, activity.DisplayName);
        span.Json.WriteNumber("durationMs"u8, activity.Duration.TotalMilliseconds);
        span.Json.WriteString("kind"u8, SpanNames.Of(activity.Kind));
        span.Json.WriteString("status"u8, SpanNames.Of(activity.Status));
        if (ownTrace)
            span.Json.WriteString(ClientMembers.TraceParent, activity.Id);
        if (activity.ParentSpanId != default)
            span.Json.WriteString("parentSpanId"u8, activity.ParentSpanId.ToHexString());
        span = span.OpenAttributes();
        foreach (ref readonly var tag in activity.EnumerateTagObjects())
            span = span.WithObject(tag.Key, tag.Value);
        return span;
    }

    /// <summary>Something that must be provable later, style <c>audit</c>, level <c>info</c>. Send it with <c>SendAsync</c>.</summary>
    /// <param name="name">What happened, such as <c>order.created</c>.</param>
    public static TelemetryEvent Audit(ReadOnlySpan<char> name) =>
        new TelemetryEvent("audit"u8, TelemetryLevel.Info, TimeProvider.System.GetUtcNow()).Member("name"u8, name).OpenAttributes();

    /// <summary>Sets the timestamp: by default the time of the building.</summary>
    public TelemetryEvent At(DateTimeOffset timestamp)
    {
        Writer().SetTimestamp(timestamp);
        return this;
    }

    /// <summary>Adds an attribute; null is written as null.</summary>
    public TelemetryEvent With(string name, string? value)
    {
        Writer().Json.WriteString(name, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    public TelemetryEvent With(string name, long value)
    {
        Writer().Json.WriteNumber(name, value);
        return this;
    }

    /// <summary>Adds an attribute; what JSON cannot hold (NaN, infinities) is written as a string.</summary>
    public TelemetryEvent With(string name, double value)
    {
        Writer();
        WriteNumber(name, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    public TelemetryEvent With(string name, decimal value)
    {
        Writer().Json.WriteNumber(name, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    public TelemetryEvent With(string name, bool value)
    {
        Writer().Json.WriteBoolean(name, value);
        return this;
    }

    /// <summary>Adds an attribute, in ISO 8601.</summary>
    public TelemetryEvent With(string name, DateTimeOffset value)
    {
        Writer().Json.WriteString(name, value);
        return this;
    }

    /// <summary>Adds an attribute of any type that source generation knows.</summary>
    public TelemetryEvent With<T>(string name, T value, JsonTypeInfo<T> type)
    {
        Writer().Json.WritePropertyName(name);
        JsonSerializer.Serialize(Json, value, type);
        return this;
    }

    /// <summary>Adds the attributes <c>exception.type</c>, <c>exception.message</c> and <c>exception.stacktrace</c>.</summary>
    public TelemetryEvent With(Exception exception)
    {
        var json = Writer().Json;
        json.WriteString("exception.type"u8, exception.GetType().FullName);
        json.WriteString("exception.message"u8, exception.Message);
        json.WriteString("exception.stacktrace"u8, exception.ToString());
        return this;
    }

    internal static ReadOnlySpan<byte> NameOf(TelemetryLevel level) => level switch
    {
        TelemetryLevel.Trace => "trace"u8,
        TelemetryLevel.Debug => "debug"u8,
        TelemetryLevel.Info => "info"u8,
        TelemetryLevel.Warn => "warn"u8,
        TelemetryLevel.Error => "error"u8,
        _ => "fatal"u8,
    };

    /// <summary>Closes the attributes, adds what the client knows and gives the JSON, valid until <see cref="Release"/>.</summary>
    internal ReadOnlySpan<byte> Finish(ClientMembers members)
    {
        var writer = Writer();
        writer.Json.WriteEndObject();
        members.WriteTo(writer.Json, withTrace: !_ownTrace);
        return writer.End();
    }

    /// <summary>Gives the memory back. Does nothing for an event that was sent before: its memory serves another by now.</summary>
    internal void Release()
    {
        if (_writer is not null && _writer.Turn == _turn)
            _writer.Return();
    }

    private EventWriter Writer() => _writer is not null && _writer.Turn == _turn
        ? _writer
        : throw new InvalidOperationException("this TelemetryEvent was already sent: build a new one for every send");

    private TelemetryEvent Member(ReadOnlySpan<byte> name, ReadOnlySpan<char> value)
    {
        Json.WriteString(name, value);
        return this;
    }

    private TelemetryEvent OpenAttributes()
    {
        Json.WriteStartObject("attributes"u8);
        return this;
    }

    private TelemetryEvent WithObject(string name, object? value) => value switch
    {
        null => With(name, (string?)null),
        string text => With(name, text),
        bool flag => With(name, flag),
        int number => With(name, number),
        long number => With(name, number),
        double number => With(name, number),
        _ => With(name, value.ToString()),
    };

    private void WriteNumber(string name, double value)
    {
        if (double.IsFinite(value))
            Json.WriteNumber(name, value);
        else
            Json.WriteString(name, value.ToString());
    }
}
