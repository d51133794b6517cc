using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Telemetry.Events;

namespace Telemetry;

/// <content>What a caller adds.</content>
public readonly ref partial struct TelemetryEvent
{
    /// <summary>Sets the timestamp: by default the time of the building.</summary>
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
            Add(name, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TelemetryEvent With(string name, long value)
    {
        if (!IsDiscarded)
            Add(name, value);
        return this;
    }

    /// <summary>Adds an attribute; what JSON cannot hold (NaN, infinities) is written as a string.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TelemetryEvent With(string name, double value)
    {
        if (!IsDiscarded)
            Add(name, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TelemetryEvent With(string name, decimal value)
    {
        if (!IsDiscarded)
            Add(name, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TelemetryEvent With(string name, bool value)
    {
        if (!IsDiscarded)
            Add(name, value);
        return this;
    }

    /// <summary>Adds an attribute, in ISO 8601.</summary>
    public TelemetryEvent With(string name, DateTimeOffset value)
    {
        if (!IsDiscarded)
            Writer().Json.WriteString(name, value);
        return this;
    }

    /// <summary>Adds an attribute of any type that source generation knows.</summary>
    public TelemetryEvent With<T>(string name, T value, JsonTypeInfo<T> type)
    {
        if (IsDiscarded)
            return this;
        var json = Writer().Json;
        json.WritePropertyName(name);
        json.WriteValue(value, type);
        return this;
    }

    /// <summary>Adds the attributes <c>exception.type</c>, <c>exception.message</c> and <c>exception.stacktrace</c>.</summary>
    public TelemetryEvent With(Exception exception)
    {
        if (IsDiscarded)
            return this;
        var json = Writer().Json;
        json.WriteString("exception.type"u8, exception.GetType().FullName);
        json.WriteString("exception.message"u8, exception.Message);
        json.WriteString("exception.stacktrace"u8, exception.ToString());
        return this;
    }

    // Not inlined: a discarded event's caller holds nothing but the question whether it is one.
    private void Add(string name, string? value) => Writer().Json.WriteString(name, value);

    private void Add(string name, long value) => Writer().Json.WriteNumber(name, value);

    private void Add(string name, decimal value) => Writer().Json.WriteNumber(name, value);

    private void Add(string name, bool value) => Writer().Json.WriteBoolean(name, value);

    private void Add(string name, double value)
    {
        var json = Writer().Json;
        json.WritePropertyName(name);
        EventValues.WriteNumber(json, value);
    }
}
