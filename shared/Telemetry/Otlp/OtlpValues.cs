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
            if (reader.Field == field)
                WriteMember(json, reader.Value, depth);
        }
    }

    /// <summary>Writes an AnyValue.</summary>
    internal static void WriteAny(JsonOutput json, ReadOnlySpan<byte> any, int depth = 0)
    {
        var reader = new ProtoReader(any);
        if (!reader.MoveNext() || depth > Deepest)
        {
            json.WriteNullValue();
            return;
        }

        switch (reader.Field)
        {
            case 1:
                json.WriteStringValue(reader.Value);
                break;
            case 2:
                json.WriteBooleanValue(reader.Number != 0);
                break;
            case 3:
                json.WriteNumberValue((long)reader.Number);
                break;
            case 4:
                EventValues.WriteNumber(json, reader.Real);
                break;
            case 5:
                WriteArray(json, reader.Value, depth);
                break;
            case 6:
                json.WriteStartObject();
                WriteMembers(json, reader.Value, 1, depth + 1);
                json.WriteEndObject();
                break;
            default:
                json.WriteBase64StringValue(reader.Value);
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
            if (reader.Field == 1)
                key = reader.Value;
            else if (reader.Field == 2)
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
            if (reader.Field == 1)
                WriteAny(json, reader.Value, depth + 1);
        }

        json.WriteEndArray();
    }
}
