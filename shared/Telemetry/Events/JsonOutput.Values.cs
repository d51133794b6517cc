using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace Telemetry.Events;

/// <content>How a text, a number and a time read in JSON.</content>
internal sealed partial class JsonOutput
{
    private const int BytesPerChar = 3;
    private const int LongestNumber = 40;

    // A point and seven digits.
    private const int FractionLength = 8;

    // Looked at where a text is not plain; made then, since most processes begin without one.
    private static class Special
    {
        internal static readonly SearchValues<char> Escaped = SearchValues.Create(
            "\"\\\0\x01\x02\x03\x04\x05\x06\x07\b\t\n\v\f\r\x0E\x0F\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E\x1F");
    }

    private void AppendText(ReadOnlySpan<char> text)
    {
        Reserve((BytesPerChar * text.Length) + 2);
        var bytes = _bytes.AsSpan(Length);
        bytes[0] = (byte)'"';
        if (PlainText.TryCopy(text, bytes[1..]))
        {
            bytes[text.Length + 1] = (byte)'"';
            Length += text.Length + 2;
            return;
        }

        Length++;
        AppendEscaped(text);
        Append("\""u8);
    }

    private void AppendText(ReadOnlySpan<byte> text)
    {
        if (PlainText.IsPlain(text))
        {
            Append("\""u8);
            Append(text);
            Append("\""u8);
        }
        else
        {
            AppendText(Encoding.UTF8.GetString(text).AsSpan());
        }
    }

    private void AppendEscaped(ReadOnlySpan<char> text)
    {
        while (true)
        {
            var run = text.IndexOfAny(Special.Escaped);
            var part = run < 0 ? text : text[..run];
            Reserve(BytesPerChar * part.Length);
            Utf8.FromUtf16(part, _bytes.AsSpan(Length), out _, out var written);
            Length += written;
            if (run < 0)
                return;
            AppendEscape(text[run]);
            text = text[(run + 1)..];
        }
    }

    private void AppendEscape(char value)
    {
        switch (value)
        {
            case '"':
                Append("\\\""u8);
                break;
            case '\\':
                Append("\\\\"u8);
                break;
            case '\n':
                Append("\\n"u8);
                break;
            case '\r':
                Append("\\r"u8);
                break;
            case '\t':
                Append("\\t"u8);
                break;
            default:
                Append("\\u00"u8);
                Append([(byte)('0' + (value >> 4)), (byte)"0123456789abcdef"[value & 15]]);
                break;
        }
    }

    private void AppendNumber<T>(T value)
        where T : struct, INumberBase<T>
    {
        Reserve(LongestNumber);
        value.TryFormat(_bytes.AsSpan(Length), out var written, default, CultureInfo.InvariantCulture);
        Length += written;
    }

    // ISO 8601 with as many digits of the second's fraction as are needed.
    private void AppendTime<T>(T value, ReadOnlySpan<char> format)
        where T : struct, IUtf8SpanFormattable
    {
        Reserve(LongestNumber + 2);
        var bytes = _bytes.AsSpan(Length);
        bytes[0] = (byte)'"';
        value.TryFormat(bytes[1..], out var written, format, CultureInfo.InvariantCulture);
        var text = bytes.Slice(1, written);
        if (text.IndexOf((byte)'.') is > 0 and var point)
        {
            // The offset follows the fraction.
            var fraction = point + FractionLength;
            var end = point + text[point..fraction].LastIndexOfAnyExcept((byte)'0') + 1;
            end -= end == point + 1 ? 1 : 0;
            text[fraction..].CopyTo(text[end..]);
            written -= fraction - end;
        }

        bytes[written + 1] = (byte)'"';
        Length += written + 2;
    }
}
