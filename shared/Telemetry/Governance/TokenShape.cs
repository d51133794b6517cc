using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Telemetry.Governance;

/// <summary>
/// Recognises credentials by their shape. Each method answers with the length of what begins at the start of its text; 0 for
/// none.
/// </summary>
internal static class TokenShape
{
    private const int AwsKeyLength = 20;

    private static readonly SearchValues<byte> Base64Url = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);
    private static readonly SearchValues<byte> Credential = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/="u8);
    private static readonly SearchValues<byte> UpperOrDigit = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);

    // What the services' keys begin with, and how many characters follow at least.
    private static readonly (byte[] Prefix, int Fewest)[] ServiceKeys =
    [
        ("ghp_"u8.ToArray(), 20), ("gho_"u8.ToArray(), 20), ("ghu_"u8.ToArray(), 20), ("ghs_"u8.ToArray(), 20),
        ("ghr_"u8.ToArray(), 20),
        ("github_pat_"u8.ToArray(), 20), ("xoxb-"u8.ToArray(), 10), ("xoxp-"u8.ToArray(), 10), ("xoxa-"u8.ToArray(), 10),
        ("xoxr-"u8.ToArray(), 10), ("xoxs-"u8.ToArray(), 10), ("sk_live_"u8.ToArray(), 10), ("rk_live_"u8.ToArray(), 10),
        ("sk_test_"u8.ToArray(), 10), ("rk_test_"u8.ToArray(), 10), ("AIza"u8.ToArray(), 30),
    ];

    /// <summary>A JSON web token: Base64url parts with dots between, the first a JSON object.</summary>
    internal static int JsonWebToken(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("eyJ"u8))
            return 0;
        var header = RunOf(text, Base64Url);
        if (header < 10 || header + 1 >= text.Length || text[header] != (byte)'.')
            return 0;
        var length = header;
        var parts = 1;
        while (parts < 5 && length < text.Length && text[length] == (byte)'.')
        {
            length += 1 + RunOf(text[(length + 1)..], Base64Url);
            parts++;
        }

        // A full stop behind it ends the sentence.
        length -= text[length - 1] == (byte)'.' ? 1 : 0;
        // Two parts alone are any dotted text, unless the second is JSON as well.
        return parts > 2 || text[(header + 1)..].StartsWith("eyJ"u8) ? length : 0;
    }

    /// <summary>What stands in an authorization header: a scheme and its credential.</summary>
    internal static int Authorization(ReadOnlySpan<byte> text)
    {
        if (SchemeLength(text) is not (> 0 and var scheme))
            return 0;
        var gap = text[scheme..].IndexOfAnyExcept(" :\t"u8);
        if (gap <= 0)
            return 0;
        var credential = text.Slice(scheme + gap, RunOf(text[(scheme + gap)..], Credential));
        var isSecret = scheme == "basic".Length ? IsBasic(credential) : IsBearer(credential);
        return isSecret ? scheme + gap + credential.Length : 0;
    }

    /// <summary>The length of the scheme's name that a text begins with.</summary>
    internal static int SchemeLength(ReadOnlySpan<byte> text)
    {
        if (text.Length > 6 && Ascii.EqualsIgnoreCase(text[..6], "bearer"u8))
            return 6;
        return text.Length > 5 && Ascii.EqualsIgnoreCase(text[..5], "basic"u8) ? 5 : 0;
    }

    /// <summary>The identifier of an AWS access key.</summary>
    internal static int AwsAccessKey(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("AKIA"u8) && !text.StartsWith("ASIA"u8))
            return 0;
        return RunOf(text, UpperOrDigit) == AwsKeyLength ? AwsKeyLength : 0;
    }

    /// <summary>A key of a service that marks its keys with a prefix.</summary>
    internal static int ServiceKey(ReadOnlySpan<byte> text)
    {
        foreach (var (prefix, fewest) in ServiceKeys)
        {
            if (text.StartsWith(prefix) && RunOf(text[prefix.Length..], Base64Url) is var run && run >= fewest)
                return prefix.Length + run;
        }

        return 0;
    }

    /// <summary>A private key in PEM, to its end line or, where that was cut off, to the end of the text.</summary>
    internal static int PrivateKey(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("-----BEGIN "u8))
            return 0;
        var label = text["-----BEGIN ".Length..];
        var labelEnd = label.IndexOf("-----"u8);
        if (labelEnd is < 0 or > 40 || !label[..labelEnd].EndsWith("PRIVATE KEY"u8))
            return 0;
        var end = text.IndexOf("-----END "u8);
        if (end < 0)
            return text.Length;
        var close = text[(end + "-----END ".Length)..].IndexOf("-----"u8);
        return close < 0 ? text.Length : end + "-----END ".Length + close + "-----".Length;
    }

    // "bearer authentication failed" is prose; a token has digits, mixed case or signs, or is long.
    private static bool IsBearer(ReadOnlySpan<byte> credential) =>
        credential.Length >= 20 || (credential.Length >= 6 && credential[1..].IndexOfAnyExceptInRange((byte)'a', (byte)'z') >= 0);

    private static bool IsBasic(ReadOnlySpan<byte> credential)
    {
        Span<byte> decoded = stackalloc byte[256];
        // The name and the colon stand at the front: its first part is enough of a long one.
        var front = credential[..Math.Min(credential.Length, 340)];
        return credential.Length >= 4
            && Base64.DecodeFromUtf8(front, decoded, out _, out var written) is OperationStatus.Done
            && decoded[..written].Contains((byte)':');
    }

    private static int RunOf(ReadOnlySpan<byte> text, SearchValues<byte> values)
    {
        var end = text.IndexOfAnyExcept(values);
        return end < 0 ? text.Length : end;
    }
}
