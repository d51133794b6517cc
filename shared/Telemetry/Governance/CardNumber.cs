namespace Telemetry.Governance;

/// <summary>
/// Recognises payment card numbers. A card number has 13 to 19 digits in a range that issuers use, and passes the Luhn check. The
/// digits may be grouped by single spaces or hyphens; then the first group has four or six digits, and the others three or more.
/// </summary>
internal static class CardNumber
{
    internal const int Fewest = 13;
    internal const int Most = 19;

    /// <summary>The length of the card number that begins at a digit; 0 if there is none.</summary>
    internal static int Match(ReadOnlySpan<byte> text, int start)
    {
        if (IsFraction(text, start))
            return 0;
        Span<byte> digits = stackalloc byte[Most];
        var count = 0;
        var matched = 0;
        var at = start;
        while (TryReadGroup(text, ref at, digits, ref count))
        {
            if (count >= Fewest && EndsNumber(text, at) && IsCard(digits[..count]))
                matched = at - start;
            if (!Continues(text, start, at, count))
                break;
            at++;
        }

        return matched;
    }

    private static bool TryReadGroup(ReadOnlySpan<byte> text, ref int at, Span<byte> digits, ref int count)
    {
        var begin = at;
        while (at < text.Length && IsDigit(text[at]))
        {
            if (count == Most)
                return false;
            digits[count++] = (byte)(text[at++] - '0');
        }

        return begin == at || at - begin >= 3;
    }

    // Groups have the same separator throughout; the first has four or six digits.
    private static bool Continues(ReadOnlySpan<byte> text, int start, int at, int count)
    {
        if (at + 1 >= text.Length || text[at] is not ((byte)' ' or (byte)'-') || !IsDigit(text[at + 1]))
            return false;
        var first = text[start..at].IndexOfAny((byte)' ', (byte)'-');
        return first < 0 ? count is 4 or 6 : text[start + first] == text[at];
    }

    private static bool IsFraction(ReadOnlySpan<byte> text, int start) =>
        start >= 2 && text[start - 1] == (byte)'.' && IsDigit(text[start - 2]);

    private static bool EndsNumber(ReadOnlySpan<byte> text, int at)
    {
        if (at == text.Length)
            return true;
        return !char.IsAsciiLetter((char)text[at]) && !(text[at] == (byte)'.' && at + 1 < text.Length && IsDigit(text[at + 1]));
    }

    private static bool IsCard(ReadOnlySpan<byte> digits) => IsIssued(digits) && PassesLuhn(digits);

    private static bool IsIssued(ReadOnlySpan<byte> digits) => digits[0] switch
    {
        2 => digits.Length == 16 && Leading(digits) is >= 2221 and <= 2720,
        3 => digits[1] is 0 or >= 4,
        4 or 5 or 6 => true,
        _ => false,
    };

    private static int Leading(ReadOnlySpan<byte> digits) =>
        (digits[0] * 1000) + (digits[1] * 100) + (digits[2] * 10) + digits[3];

    private static bool PassesLuhn(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            int digit = digits[i];
            if (((digits.Length - i) & 1) == 0)
                digit = digit > 4 ? (2 * digit) - 9 : 2 * digit;
            sum += digit;
        }

        return sum % 10 == 0;
    }

    private static bool IsDigit(byte value) => char.IsAsciiDigit((char)value);
}
