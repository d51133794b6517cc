using Telemetry.Events;

namespace Telemetry.Otlp;

/// <summary>Writes OTLP's attributes and values as JSON.</summary>
internal static class OtlpValues
{
    private const int Deepest = 16;

    /// <summary>Writes the members that a message's field holds, one a KeyValue.</summary>
    internal static void WriteMembers(JsonOutput json, ReadOnlySpan<byte> message, int field, int depth = 0)
    {
        var reader = new ProtoReader(message);
        while (reader.MoveNext())
        {
            if (reader.Field == field && reader.IsBytes)
                WriteMember(json, reader.Value, depth);
        }
    }

    /// <summary>Writes an AnyValue; of several values, the last one.</summary>
    internal static void WriteAny(JsonOutput json, ReadOnlySpan<byte> any, int depth = 0)
    {
        var reader = new ProtoReader(any);
        var last = reader;
        while (reader.MoveNext())
        {
            if (IsValue(reader))
                last = reader;
        }

        if (depth > Deepest)
            json.WriteNullValue();
        else
            WriteValue(json, last, depth);
    }

    private static bool IsValue(in ProtoReader reader) => reader.Field switch
    {
        1 or 5 or 6 or 7 => reader.IsBytes,
        2 or 3 => reader.IsVarint,
        4 => reader.IsFixed64,
        _ => false,
    };

    private static void WriteValue(JsonOutput json, in ProtoReader value, int depth)
    {
        switch (value.Field)
        {
            case 1:
                json.WriteStringValue(value.Value);
                break;
            case 2:
                json.WriteBooleanValue(value.Number != 0);
                break;
            case 3:
                json.WriteNumberValue((long)value.Number);
                break;
            case 4:
                EventValues.WriteNumber(json, value.Real);
                break;
            case 5:
                WriteArray(json, value.Value, depth);
                break;
            case 6:
                json.WriteStartObject();
                WriteMembers(json, value.Value, 1, depth + 1);
                json.WriteEndObject();
                break;
            case 7:
                json.WriteBase64StringValue(value.Value);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteMember(JsonOutput json, ReadOnlySpan<byte> keyValue, int depth)
    {
        ReadOnlySpan<byte> key = default;
        ReadOnlySpan<byte> value = default;
        var reader = new ProtoReader(keyValue);
        while (reader.MoveNext())
        {
            if (reader.Field == 1 && reader.IsBytes)
                key = reader.Value;
            else if (reader.Field == 2 && reader.IsBytes)
                value = reader.Value;
        }

        json.WritePropertyName(key);
        WriteAny(json, value, depth);
    }

    private static void WriteArray(JsonOutput json, ReadOnlySpan<byte> array, int depth)
    {
        json.WriteStartArray();
        var reader = new ProtoReader(array);
        while (reader.MoveNext())
        {
            if (reader.Field == 1 && reader.IsBytes)
                WriteAny(json, reader.Value, depth + 1);
        }

        json.WriteEndArray();
    }
}
