using System.Buffers;
using System.Text;

namespace Telemetry.Governance;

/// <summary>
/// Finds the value behind a secret key in a text: <c>Password=...;</c>, <c>"token": "..."</c>, <c>Authorization: Bearer ...</c>.
/// </summary>
internal static class KeyedSecret
{
    // The most characters between the last letter of a key and its sign: quotes, escapes and spaces.
    private const int Farthest = 8;

    private static readonly SearchValues<byte> BehindKey = SearchValues.Create(" \t\"'\\"u8);
    private static readonly SearchValues<byte> HeaderName =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    private static readonly SearchValues<byte> ValueEnds = SearchValues.Create(";&\"'\\,\r\n<>)}]"u8);

    /// <summary>The end of the key's name before a sign (<c>:</c> or <c>=</c>), exclusive.</summary>
    internal static int EndOfKey(ReadOnlySpan<byte> text, int sign)
    {
        // A JSON member's name, most often.
        var end = sign > 1 && text[sign - 1] == (byte)'"' ? sign - 1 : sign;
        if (end > 0 && char.IsAsciiLetterOrDigit((char)text[end - 1]))
            return end;
        while (end > 0 && sign - end < Farthest && BehindKey.Contains(text[end - 1]))
            end--;
        return end;
    }

    /// <summary>The range of the value behind a sign; empty if there is none.</summary>
    internal static Range Value(ReadOnlySpan<byte> text, int sign)
    {
        var start = sign + 1;
        while (start < text.Length && BehindKey.Contains(text[start]))
            start++;
        if (text[start - 1] is (byte)'"' or (byte)'\'')
            return start..(start + Quoted(text[start..], text[start - 1]));
        if (text[sign] == (byte)':' && HeaderLength(text, sign, start) is > 0 and var header)
            return start..(start + header);
        var length = text[start..].IndexOfAny(ValueEnds);
        var value = length < 0 ? text[start..] : text.Slice(start, length);
        // A value may hold spaces only if a semicolon ends it, as in a connection string.
        if (length < 0 || text[start + length] != (byte)';')
            value = FirstWord(value);
        return start..(start + value.Length);
    }

    // Each part of these headers' values may be the secret: to the line's end, or to the quote where the header is quoted.
    private static int HeaderLength(ReadOnlySpan<byte> text, int sign, int start)
    {
        var name = text[..EndOfKey(text, sign)];
        if (!EndsWith(name, "cookie"u8) && !EndsWith(name, "authorization"u8))
            return 0;
        var begin = name.LastIndexOfAnyExcept(HeaderName);
        var quote = begin >= 0 && name[begin] is (byte)'"' or (byte)'\'' ? name[begin] : (byte)'\n';
        var length = text[start..].IndexOfAny((byte)'\r', (byte)'\n', quote);
        return length < 0 ? text.Length - start : length;
    }

    private static bool EndsWith(ReadOnlySpan<byte> name, ReadOnlySpan<byte> end) =>
        name.Length >= end.Length && Ascii.EqualsIgnoreCase(name[^end.Length..], end);

    // To the quote that closes it, escaped or not; cut off, to the end.
    private static int Quoted(ReadOnlySpan<byte> text, byte quote)
    {
        var length = text.IndexOfAny(quote, (byte)'\\');
        return length < 0 ? text.Length : length;
    }

    // "Bearer" alone is no secret: the word behind a scheme is.
    private static ReadOnlySpan<byte> FirstWord(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOfAny((byte)' ', (byte)'\t');
        if (end < 0)
            return value;
        if (TokenShape.SchemeLength(value) != end)
            return value[..end];
        var second = value[(end + 1)..].IndexOfAny((byte)' ', (byte)'\t');
        return second < 0 ? value : value[..(end + 1 + second)];
    }
}
