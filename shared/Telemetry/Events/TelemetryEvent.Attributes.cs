using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Telemetry.Events;

namespace Telemetry;

/// <content>What a caller adds.</content>
public readonly ref partial struct TelemetryEvent
{
    /// <summary>Sets the timestamp: by default the time of the building.</summary>
    public TelemetryEvent At(DateTimeOffset timestamp)
    {
        if (TryOpen())
            _writer.SetTimestamp(timestamp);
        return this;
    }

    /// <summary>Adds an attribute; null is written as null.</summary>
    public TelemetryEvent With(string name, string? value)
    {
        if (TryOpen())
            Json.WriteString(name, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    public TelemetryEvent With(string name, long value)
    {
        if (TryOpen())
            Json.WriteNumber(name, value);
        return this;
    }

    /// <summary>Adds an attribute; what JSON cannot hold (NaN, infinities) is written as a string.</summary>
    public TelemetryEvent With(string name, double value)
    {
        if (!TryOpen())
            return this;
        Json.WritePropertyName(name);
        EventValues.WriteNumber(Json, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    public TelemetryEvent With(string name, decimal value)
    {
        if (TryOpen())
            Json.WriteNumber(name, value);
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    public TelemetryEvent With(string name, bool value)
    {
        if (TryOpen())
            Json.WriteBoolean(name, value);
        return this;
    }

    /// <summary>Adds an attribute, in ISO 8601.</summary>
    public TelemetryEvent With(string name, DateTimeOffset value)
    {
        if (TryOpen())
            Json.WriteString(name, value);
        return this;
    }

    /// <summary>Adds an attribute of any type that source generation knows.</summary>
    public TelemetryEvent With<T>(string name, T value, JsonTypeInfo<T> type)
    {
        if (!TryOpen())
            return this;
        Json.WritePropertyName(name);
        JsonSerializer.Serialize(Json, value, type);
        return this;
    }

    /// <summary>Adds the attributes <c>exception.type</c>, <c>exception.message</c> and <c>exception.stacktrace</c>.</summary>
    public TelemetryEvent With(Exception exception)
    {
        if (!TryOpen())
            return this;
        Json.WriteString("exception.type"u8, exception.GetType().FullName);
        Json.WriteString("exception.message"u8, exception.Message);
        Json.WriteString("exception.stacktrace"u8, exception.ToString());
        return this;
    }

    /// <summary>Adds an attribute of a type that is known only now; see <see cref="EventValues"/>.</summary>
    internal TelemetryEvent WithValue(string name, object? value)
    {
        if (TryOpen())
            EventValues.WriteMember(Json, name, value);
        return this;
    }
}
