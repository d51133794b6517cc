using System.Text;
using Telemetry.Events;

namespace Bridge.Edge.Formats.Syslog;

/// <summary>The structured data of RFC 5424: <c>[id name="value" ...][id ...]</c>.</summary>
internal static class StructuredData
{
    /// <summary>Bytes of all elements at the front of a text; -1 when they break the rules.</summary>
    public static int Measure(ReadOnlySpan<byte> text)
    {
        var length = 0;
        while (length < text.Length && text[length] == (byte)'[')
        {
            var element = MeasureElement(text[length..]);
            if (element < 0)
                return -1;
            length += element;
        }

        return length == 0 ? -1 : length;
    }

    /// <summary>
    /// Writes valid elements as an object of objects. Of a name that comes more than once, all values are a list.
    /// </summary>
    public static void Write(JsonOutput output, ReadOnlySpan<byte> text)
    {
        output.WriteStartObject();
        foreach (var element in Read(text).GroupBy(one => one.Id, StringComparer.Ordinal))
        {
            output.WritePropertyName(element.Key);
            output.WriteStartObject();
            var parameters = element.SelectMany(one => one.Parameters);
            foreach (var parameter in parameters.GroupBy(one => one.Name, one => one.Value, StringComparer.Ordinal))
                WriteParameter(output, parameter.Key, [.. parameter]);
            output.WriteEndObject();
        }

        output.WriteEndObject();
    }

    private static void WriteParameter(JsonOutput output, string name, string[] values)
    {
        output.WritePropertyName(name);
        if (values is [var single])
        {
            output.WriteStringValue(single);
            return;
        }

        output.WriteStartArray();
        foreach (var value in values)
            output.WriteStringValue(value);
        output.WriteEndArray();
    }

    private static int MeasureElement(ReadOnlySpan<byte> text)
    {
        var at = 1 + MeasureName(text[1..]);
        if (at == 1)
            return -1;
        while (at < text.Length && text[at] == (byte)' ')
        {
            while (at < text.Length && text[at] == (byte)' ')
                at++;
            if (at < text.Length && text[at] == (byte)']')
                break;
            var name = MeasureName(text[at..]);
            at += name;
            if (name == 0 || !text[at..].StartsWith("=\""u8))
                return -1;
            at += 2;
            var value = MeasureValue(text[at..]);
            if (value < 0)
                return -1;
            at += value + 1;
        }

        return at < text.Length && text[at] == (byte)']' ? at + 1 : -1;
    }

    private static int MeasureName(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny("= ]\""u8);
        return end < 0 ? 0 : end;
    }

    // Up to the quote that ends it.
    private static int MeasureValue(ReadOnlySpan<byte> text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == (byte)'"')
                return at;
            if (text[at] == (byte)'\\')
                at++;
        }

        return -1;
    }

    private static List<Element> Read(ReadOnlySpan<byte> text)
    {
        var elements = new List<Element>();
        while (!text.IsEmpty)
        {
            var element = text[..MeasureElement(text)];
            text = text[element.Length..];
            elements.Add(ReadElement(element[1..^1]));
        }

        return elements;
    }

    private static Element ReadElement(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)' ');
        var parameters = new List<(string, string)>();
        var rest = end < 0 ? default : text[end..].Trim((byte)' ');
        while (!rest.IsEmpty)
        {
            var name = rest[..rest.IndexOf((byte)'=')];
            rest = rest[(name.Length + 2)..];
            var value = rest[..MeasureValue(rest)];
            rest = rest[(value.Length + 1)..].TrimStart((byte)' ');
            parameters.Add((Encoding.UTF8.GetString(name), Unescape(Encoding.UTF8.GetString(value))));
        }

        return new Element(Encoding.UTF8.GetString(end < 0 ? text : text[..end]), parameters);
    }

    // A backslash before any other character is a character itself.
    private static string Unescape(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
            return value;
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length && value[i + 1] is ('"' or '\\' or ']'))
                i++;
            text.Append(value[i]);
        }

        return text.ToString();
    }

    private sealed record Element(string Id, List<(string Name, string Value)> Parameters);
}
