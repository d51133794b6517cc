using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Telemetry.Events;

namespace Telemetry;

/// <content>The attributes that a caller adds.</content>
public readonly ref partial struct TelemetryEvent
{
    /// <summary>Sets the timestamp. The default is the time at which the event was begun.</summary>
    public TelemetryEvent At(DateTimeOffset timestamp)
    {
        if (!IsDiscarded)
            Writer().SetTimestamp(timestamp);
        return this;
    }

    /// <summary>Adds an attribute; null is written as null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TelemetryEvent With(string name, string? value)
    {
        if (!IsDiscarded)
            Add(_writer, _turn, name, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TelemetryEvent With(string name, long value)
    {
        if (!IsDiscarded)
            Add(_writer, _turn, name, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    public TelemetryEvent With(string name, ulong value)
    {
        if (!IsDiscarded)
            Writer().Json.WriteNumber(name, value);
        return this;
    }

    /// <summary>Adds an attribute with the digits of a float; NaN and infinities are written as strings.</summary>
    public TelemetryEvent With(string name, float value)
    {
        if (!IsDiscarded)
            EventValues.WriteMember(Writer().Json, name, value);
        return this;
    }

    /// <summary>Adds an attribute; what JSON cannot hold (NaN, infinities) is written as a string.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TelemetryEvent With(string name, double value)
    {
        if (!IsDiscarded)
            Add(_writer, _turn, name, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TelemetryEvent With(string name, decimal value)
    {
        if (!IsDiscarded)
            Add(_writer, _turn, name, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TelemetryEvent With(string name, bool value)
    {
        if (!IsDiscarded)
            Add(_writer, _turn, name, value);
        return this;
    }

    /// <summary>Adds an attribute, in ISO 8601.</summary>
    public TelemetryEvent With(string name, DateTimeOffset value)
    {
        if (!IsDiscarded)
            Writer().Json.WriteString(name, value);
        return this;
    }

    /// <summary>
    /// Adds an attribute of any type, which is read at once: maps and pairs of every class become objects, lists become arrays,
    /// numbers of every width stay numbers, anything else becomes text in the invariant culture. <c>[unreadable: EXCEPTION]</c>
    /// replaces a value that throws while it is read. A collection is cut after 1,024 elements, a value after 16,384 elements in
    /// all and below 16 levels.
    /// </summary>
    public TelemetryEvent With(string name, object? value)
    {
        if (!IsDiscarded)
            EventValues.WriteMember(Writer().Json, name, value);
        return this;
    }

    /// <summary>Adds an attribute of any type that source generation knows; a mark replaces it when serialising throws.</summary>
    public TelemetryEvent With<T>(string name, T value, JsonTypeInfo<T> type)
    {
        if (IsDiscarded)
            return this;
        var json = Writer().Json;
        json.WritePropertyName(name);
        ForeignValue.Write(json, value, type);
        return this;
    }

    /// <summary>
    /// Adds the attributes <c>exception.type</c>, <c>exception.message</c> and <c>exception.stacktrace</c>; of two exceptions
    /// the last stays.
    /// </summary>
    public TelemetryEvent With(Exception exception)
    {
        if (IsDiscarded)
            return this;
        var json = Writer().Json;
        json.WriteString("exception.type"u8, exception.GetType().FullName);
        json.WriteString("exception.message"u8, ForeignCode.Text(exception, static one => one.Message));
        json.WriteString("exception.stacktrace"u8, ExceptionText.Read(exception));
        return this;
    }

    // These take the event's fields instead of the event. Otherwise each call on a discarded event would copy it through memory.
    private static JsonOutput Open(EventWriter? writer, int turn) =>
        writer is not null && writer.Turn == turn ? writer.Json : throw Sent();

    private static void Add(EventWriter? writer, int turn, string name, string? value) =>
        Open(writer, turn).WriteString(name, value);

    private static void Add(EventWriter? writer, int turn, string name, long value) =>
        Open(writer, turn).WriteNumber(name, value);

    private static void Add(EventWriter? writer, int turn, string name, decimal value) =>
        Open(writer, turn).WriteNumber(name, value);

    private static void Add(EventWriter? writer, int turn, string name, bool value) =>
        Open(writer, turn).WriteBoolean(name, value);

    private static void Add(EventWriter? writer, int turn, string name, double value)
    {
        var json = Open(writer, turn);
        json.WritePropertyName(name);
        EventValues.WriteNumber(json, value);
    }
}
