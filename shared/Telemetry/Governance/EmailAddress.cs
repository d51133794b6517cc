using System.Buffers;

namespace Telemetry.Governance;

/// <summary>
/// Finds an e-mail address around an <c>@</c>, or the password in an address such as
/// <c>amqps://user:password@host</c>.
/// </summary>
internal static class EmailAddress
{
    private static readonly SearchValues<byte> Local = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.!#$%&*+/=?^_`{|}~-"u8);
    private static readonly SearchValues<byte> Domain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"u8);

    /// <summary>The address around an <c>@</c>; empty where there is none. Letters beyond ASCII belong to it.</summary>
    internal static Range Around(ReadOnlySpan<byte> text, int sign)
    {
        var start = sign;
        while (start > 0 && IsPart(text[start - 1], Local))
            start--;
        var end = sign + 1;
        while (end < text.Length && IsPart(text[end], Domain))
            end++;
        while (end > sign && text[end - 1] is (byte)'.' or (byte)'-')
            end--;
        var domain = text[(sign + 1)..Math.Max(end, sign + 1)];
        var isAddress = start < sign && domain.LastIndexOf((byte)'.') is > 0 and var dot && domain.Length - dot > 2;
        return isAddress ? start..end : sign..sign;
    }

    /// <summary>The password before an <c>@</c> in an address; empty where there is none.</summary>
    internal static Range PasswordBefore(ReadOnlySpan<byte> text, int sign)
    {
        var start = sign;
        while (start > 0 && text[start - 1] is not ((byte)'/' or (byte)' ' or (byte)'"' or (byte)'@' or (byte)'\n'))
            start--;
        var colon = text[start..sign].IndexOf((byte)':');
        return colon >= 0 && text[..start].EndsWith("://"u8) ? (start + colon + 1)..sign : sign..sign;
    }

    private static bool IsPart(byte value, SearchValues<byte> ascii) => value >= 0x80 || ascii.Contains(value);
}
