using System.Collections;
using System.Globalization;

namespace Telemetry.Events;

/// <summary>Writes values of any type, as tags and log states hold them: what JSON knows as itself, lists and maps as such, all else as text.</summary>
internal static class EventValues
{
    private const int Deepest = 4;
    private const int MostElements = 1_024;
    private const int LongestFormatted = 128;

    internal static void WriteMember(JsonOutput json, string name, object? value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            default:
                json.WritePropertyName(name);
                Write(json, value, 0);
                break;
        }
    }

    internal static void WriteElement(JsonOutput json, object? value) => Write(json, value, 0);

    internal static void WriteNumber(JsonOutput json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    private static void Write(JsonOutput json, object? value, int depth)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case short or byte or sbyte or ushort or uint:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case float or double:
                WriteNumber(json, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case DateTime time:
                json.WriteStringValue(time);
                break;
            case DateTimeOffset time:
                json.WriteStringValue(time);
                break;
            default:
                WriteOther(json, value, depth);
                break;
        }
    }

    private static void WriteOther(JsonOutput json, object value, int depth)
    {
        switch (value)
        {
            case IEnumerable<KeyValuePair<string, object?>> members when depth < Deepest:
                WriteMembers(json, members, depth);
                break;
            case IEnumerable elements when depth < Deepest:
                WriteElements(json, elements, depth);
                break;
            case IUtf8SpanFormattable formattable:
                WriteFormatted(json, formattable);
                break;
            case IFormattable formattable:
                json.WriteStringValue(formattable.ToString(format: null, CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }

    private static void WriteMembers(JsonOutput json, IEnumerable<KeyValuePair<string, object?>> members, int depth)
    {
        json.WriteStartObject();
        foreach (var (name, value) in members.Take(MostElements))
        {
            json.WritePropertyName(name);
            Write(json, value, depth + 1);
        }

        json.WriteEndObject();
    }

    private static void WriteElements(JsonOutput json, IEnumerable elements, int depth)
    {
        var written = 0;
        json.WriteStartArray();
        foreach (var element in elements)
        {
            if (written++ == MostElements)
                break;
            Write(json, element, depth + 1);
        }

        json.WriteEndArray();
    }

    // Identities, durations and the like, without a string between.
    private static void WriteFormatted(JsonOutput json, IUtf8SpanFormattable value)
    {
        Span<byte> text = stackalloc byte[LongestFormatted];
        if (value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture))
            json.WriteStringValue(text[..length]);
        else
            json.WriteStringValue(((IFormattable)value).ToString(format: null, CultureInfo.InvariantCulture));
    }
}
