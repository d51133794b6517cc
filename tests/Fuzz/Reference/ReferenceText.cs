namespace Fuzz.Reference;

/// <summary>The rules for a message's text as docs/wire-format.md puts them.</summary>
internal static class ReferenceText
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private const string WhiteSpace = " \t\r\n";

    /// <summary>Whether bytes are a plain event, as far as this is decided by their beginning.</summary>
    internal static bool IsPlain(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in SkipMark(bytes.ToArray()))
        {
            if (!WhiteSpace.Contains((char)b))
                return b == '{';
        }

        return false;
    }

    /// <summary>Bytes without the byte order mark that they may begin with.</summary>
    internal static byte[] SkipMark(byte[] bytes) => bytes is [0xef, 0xbb, 0xbf, .. var rest] ? rest : bytes;

    /// <summary>Decodes canonical Base64, in which white space may stand; null when it is anything else.</summary>
    internal static byte[]? DecodeBase64(ReadOnlySpan<byte> text)
    {
        var digits = new List<int>(text.Length);
        var padding = 0;
        foreach (var b in text)
        {
            if (WhiteSpace.Contains((char)b))
                continue;
            if (b == '=')
                padding++;
            else if (padding > 0 || !Alphabet.Contains((char)b))
                return null;
            else
                digits.Add(Alphabet.IndexOf((char)b));
        }

        if ((digits.Count + padding) % 4 != 0 || padding > 2)
            return null;
        return Join(digits);
    }

    private static byte[]? Join(List<int> digits)
    {
        var bytes = new byte[digits.Count * 6 / 8];
        int bits = 0, held = 0, next = 0;
        foreach (var digit in digits)
        {
            held = (held << 6) | digit;
            bits += 6;
            if (bits < 8)
                continue;
            bits -= 8;
            bytes[next++] = (byte)(held >> bits);
            held &= (1 << bits) - 1;
        }

        // The unused bits of the last character.
        return held == 0 ? bytes : null;
    }
}
