using Google.Protobuf.Collections;
using Telemetry.Events;
using Telemetry.Otlp;

namespace Telemetry.Otlp;

/// <summary>Writes what all messages of OTLP are made of; a member that has nothing to say is left out.</summary>
internal static class OtlpValues
{
    internal static void WriteText(JsonOutput json, ReadOnlySpan<byte> name, string text)
    {
        if (text.Length > 0)
            json.WriteString(name, text);
    }

    internal static void WriteCount(JsonOutput json, ReadOnlySpan<byte> name, uint count)
    {
        if (count > 0)
            json.WriteNumber(name, count);
    }

    internal static void WriteTime(JsonOutput json, ReadOnlySpan<byte> name, ulong nanoseconds)
    {
        if (nanoseconds > 0)
            json.WriteString(name, Time(nanoseconds));
    }

    /// <summary>A point in time, in steps of 100 ns.</summary>
    internal static DateTimeOffset Time(ulong nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / 100));

    /// <summary>Writes an object with the attributes.</summary>
    internal static void WriteAttributes(JsonOutput json, ReadOnlySpan<byte> name, RepeatedField<KeyValue> attributes)
    {
        if (attributes.Count == 0)
            return;
        json.WriteStartObject(name);
        WriteMembers(json, attributes);
        json.WriteEndObject();
    }

    internal static void WriteMembers(JsonOutput json, RepeatedField<KeyValue> members)
    {
        foreach (var member in members)
        {
            json.WritePropertyName(member.Key);
            Write(json, member.Value);
        }
    }

    /// <summary>Writes a list with an object for each item.</summary>
    internal static void WriteList<T>(
        JsonOutput json, ReadOnlySpan<byte> name, RepeatedField<T> items, Action<JsonOutput, T> write)
    {
        if (items.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a value; the parser bounds how deep it nests.</summary>
    internal static void Write(JsonOutput json, AnyValue? value)
    {
        switch (value?.ValueCase)
        {
            case AnyValue.ValueOneofCase.StringValue:
                json.WriteStringValue(value.StringValue);
                break;
            case AnyValue.ValueOneofCase.BoolValue:
                json.WriteBooleanValue(value.BoolValue);
                break;
            case AnyValue.ValueOneofCase.IntValue:
                json.WriteNumberValue(value.IntValue);
                break;
            case AnyValue.ValueOneofCase.DoubleValue:
                EventValues.WriteNumber(json, value.DoubleValue);
                break;
            case AnyValue.ValueOneofCase.ArrayValue:
                json.WriteStartArray();
                foreach (var item in value.ArrayValue.Values)
                    Write(json, item);
                json.WriteEndArray();
                break;
            case AnyValue.ValueOneofCase.KvlistValue:
                json.WriteStartObject();
                WriteMembers(json, value.KvlistValue.Values);
                json.WriteEndObject();
                break;
            case AnyValue.ValueOneofCase.BytesValue:
                json.WriteBase64StringValue(value.BytesValue.Span);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
