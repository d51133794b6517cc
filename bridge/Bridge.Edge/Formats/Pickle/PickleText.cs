using System.Globalization;
using System.Text;

namespace Bridge.Edge.Formats.Pickle;

/// <summary>The texts of protocol 0.</summary>
internal static class PickleText
{
    private const int LargestCodePoint = 0x10FFFF;

    /// <summary>The text of a literal of Python 2, which is UTF-8 mostly.</summary>
    public static string Unquote(ReadOnlySpan<byte> content)
    {
        var bytes = new byte[content.Length];
        var length = 0;
        for (var i = 0; i < content.Length; i++)
        {
            if (content[i] != (byte)'\\' || i + 1 == content.Length)
            {
                bytes[length++] = content[i];
                continue;
            }

            i++;
            if (content[i] == (byte)'x' && i + 2 < content.Length && TryReadHex(content.Slice(i + 1, 2), out var one))
            {
                bytes[length++] = (byte)one;
                i += 2;
            }
            else
            {
                bytes[length++] = Escaped(content[i]);
            }
        }

        return Encoding.UTF8.GetString(bytes.AsSpan(0, length));
    }

    /// <summary>The text of Python's <c>raw-unicode-escape</c>.</summary>
    public static string UnescapeUnicode(ReadOnlySpan<byte> line)
    {
        var text = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            var digits = line[i] == (byte)'\\' && i + 1 < line.Length ? DigitsBehind(line[i + 1]) : 0;
            var isWhole = digits > 0 && i + 1 + digits < line.Length;
            if (isWhole && TryReadHex(line.Slice(i + 2, digits), out var point) && point <= LargestCodePoint)
            {
                Append(text, point);
                i += 1 + digits;
            }
            else
            {
                text.Append((char)line[i]);
            }
        }

        return text.ToString();
    }

    private static int DigitsBehind(byte letter) => letter switch
    {
        (byte)'u' => 4,
        (byte)'U' => 8,
        _ => 0,
    };

    private static void Append(StringBuilder text, int point)
    {
        if (Rune.IsValid(point))
            text.Append(new Rune(point).ToString());
        else
            text.Append((char)point);
    }

    private static byte Escaped(byte letter) => letter switch
    {
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        var other => other,
    };

    private static bool TryReadHex(ReadOnlySpan<byte> digits, out int number) =>
        int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && number >= 0;
}
