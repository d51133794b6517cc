using Telemetry.Wire;

namespace Telemetry.Governance;

/// <summary>Replaces the secrets of a text from which JSON's escapes are removed.</summary>
internal sealed class TextRedactor(RedactionPatterns patterns, SecretNames names)
{
    internal static ReadOnlySpan<byte> Redacted => "[redacted]"u8;

    internal static ReadOnlySpan<byte> RedactedCard => "[redacted:card]"u8;

    private static ReadOnlySpan<byte> RedactedToken => "[redacted:token]"u8;

    private static ReadOnlySpan<byte> RedactedEmail => "[redacted:email]"u8;

    private readonly bool _cards = patterns.HasFlag(RedactionPatterns.CardNumbers);
    private readonly bool _tokens = patterns.HasFlag(RedactionPatterns.Tokens);
    private readonly bool _emails = patterns.HasFlag(RedactionPatterns.EmailAddresses);

    /// <summary>Whether a number is a card's.</summary>
    internal bool IsCard(ReadOnlySpan<byte> number) =>
        _cards && number.Length is >= CardNumber.Fewest and <= CardNumber.Most && CardNumber.Match(number, 0) == number.Length;

    /// <summary>Appends the text without its secrets; appends nothing where it has none.</summary>
    /// <returns>Whether it has any.</returns>
    internal bool TryRedact(ReadOnlySpan<byte> text, PooledBytes output)
    {
        var kept = 0;
        var at = 0;
        while (at < text.Length)
        {
            var secret = Find(text, at, out var mark);
            // A secret may begin before the byte by which it was found, but not inside a secret that is replaced already.
            var start = Math.Max(secret.Start.Value, kept);
            if (secret.End.Value <= start)
            {
                at = NextAfter(text, at);
                continue;
            }

            output.Append(text[kept..start]);
            output.Append(mark);
            kept = at = secret.End.Value;
        }

        if (kept == 0)
            return false;
        output.Append(text[kept..]);
        return true;
    }

    private Range Find(ReadOnlySpan<byte> text, int at, out ReadOnlySpan<byte> mark)
    {
        var value = text[at];
        mark = RedactedToken;
        switch (value)
        {
            case >= (byte)'0' and <= (byte)'9' when _cards && !IsLetterOrDigitBefore(text, at):
                mark = RedactedCard;
                return at..(at + CardNumber.Match(text, at));
            case (byte)'e' or (byte)'b' or (byte)'B' or (byte)'A' or (byte)'g' or (byte)'x' or (byte)'s' or (byte)'r'
                or (byte)'-' when _tokens:
                return at..(at + TokenAt(text, at));
            case (byte)'=' or (byte)':':
                mark = Redacted;
                return ValueOfSecretKey(text, at);
            case (byte)',':
                mark = Redacted;
                return ValueOfSecretPair(text, at);
            case (byte)'@':
                return At(text, at, out mark);
            default:
                return at..at;
        }
    }

    private static int TokenAt(ReadOnlySpan<byte> text, int at)
    {
        var rest = text[at..];
        if (rest[0] == (byte)'-')
            return TokenShape.PrivateKey(rest);
        if (IsLetterOrDigitBefore(text, at))
            return 0;
        return rest[0] switch
        {
            (byte)'e' => TokenShape.JsonWebToken(rest),
            (byte)'b' or (byte)'B' => TokenShape.Authorization(rest),
            (byte)'A' when TokenShape.AwsAccessKey(rest) is > 0 and var length => length,
            _ => TokenShape.ServiceKey(rest),
        };
    }

    private Range ValueOfSecretKey(ReadOnlySpan<byte> text, int sign)
    {
        if (names.IsEmpty || !names.AreAtEndOf(text[..KeyedSecret.EndOfKey(text, sign)]))
            return sign..sign;
        return NewSecret(text, KeyedSecret.Value(text, sign), sign);
    }

    private Range ValueOfSecretPair(ReadOnlySpan<byte> text, int comma) =>
        !names.IsEmpty && names.AreAtEndOf(text[..comma])
            ? NewSecret(text, PairedSecret.Value(text, comma), comma)
            : comma..comma;

    private static Range NewSecret(ReadOnlySpan<byte> text, Range value, int sign) =>
        text[value].IsEmpty || text[value].SequenceEqual(Redacted) ? sign..sign : value;

    private Range At(ReadOnlySpan<byte> text, int sign, out ReadOnlySpan<byte> mark)
    {
        mark = Redacted;
        if (_tokens && EmailAddress.PasswordBefore(text, sign) is var password && !text[password].IsEmpty)
            return password;
        mark = RedactedEmail;
        return _emails ? EmailAddress.Around(text, sign) : sign..sign;
    }

    // Nothing that begins inside a run of digits is a number of its own.
    private static int NextAfter(ReadOnlySpan<byte> text, int at)
    {
        if (!char.IsAsciiDigit((char)text[at]))
            return at + 1;
        var end = text[at..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? text.Length : at + end;
    }

    private static bool IsLetterOrDigitBefore(ReadOnlySpan<byte> text, int at) =>
        at > 0 && char.IsAsciiLetterOrDigit((char)text[at - 1]);
}
