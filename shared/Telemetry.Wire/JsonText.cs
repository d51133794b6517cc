using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;

namespace Telemetry.Wire;

/// <summary>Adds and removes JSON's escapes.</summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(control => (byte)control), (byte)'"', (byte)'\\']);

    /// <summary>The encoder of all JSON that this process writes.</summary>
    internal static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>
    /// Appends a string's content without its escapes. Half a surrogate pair becomes the replacement character.
    /// </summary>
    internal static void AppendUnescaped(ReadOnlySpan<byte> content, PooledBytes output)
    {
        while (content.IndexOf((byte)'\\') is >= 0 and var at)
        {
            output.Append(content[..at]);
            content = content[at..];
            content = content[AppendEscape(content, output)..];
        }

        output.Append(content);
    }

    /// <summary>Appends a text as a JSON string, quotes included. Only what JSON requires is escaped.</summary>
    internal static void AppendString(ReadOnlySpan<byte> text, PooledBytes output)
    {
        const int longestEscape = 6;
        output.Append("\""u8);
        while (text.IndexOfAny(Escaped) is >= 0 and var at)
        {
            output.Append(text[..at]);
            Encoder.EncodeUtf8(text.Slice(at, 1), output.Reserve(longestEscape), out _, out var written);
            output.Advance(written);
            text = text[(at + 1)..];
        }

        output.Append(text);
        output.Append("\""u8);
    }

    private static int AppendEscape(ReadOnlySpan<byte> escape, PooledBytes output)
    {
        if (escape.Length < 2)
            return escape.Length;
        if (escape[1] == (byte)'u')
            return AppendRune(escape, output);
        output.Append([escape[1] switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            var literal => literal,
        }]);
        return 2;
    }

    private static int AppendRune(ReadOnlySpan<byte> escape, PooledBytes output)
    {
        const int length = 6;
        var first = ReadUnit(escape);
        var rune = Rune.ReplacementChar;
        var taken = Math.Min(length, escape.Length);
        if (char.IsHighSurrogate(first)
            && escape.Length >= 2 * length && escape[length] == (byte)'\\' && escape[length + 1] == (byte)'u'
            && Rune.TryCreate(first, ReadUnit(escape[length..]), out var pair))
        {
            rune = pair;
            taken = 2 * length;
        }
        else if (Rune.TryCreate(first, out var single))
        {
            rune = single;
        }

        Span<byte> utf8 = stackalloc byte[4];
        output.Append(utf8[..rune.EncodeToUtf8(utf8)]);
        return taken;
    }

    private static char ReadUnit(ReadOnlySpan<byte> escape) =>
        escape.Length >= 6 && Utf8Parser.TryParse(escape.Slice(2, 4), out ushort unit, out var read, 'X') && read == 4
            ? (char)unit
            : '\ufffd';
}
