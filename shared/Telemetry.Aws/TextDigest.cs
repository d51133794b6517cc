using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Telemetry.Aws;

/// <summary>The checksum that SQS reports for a text that it stored or hands out.</summary>
internal static class TextDigest
{
    private static readonly Lazy<bool> IsAvailable = new(TryMd5);

    /// <summary>Whether the text has this MD5 (hexadecimal). True where it cannot be told: none reported, or MD5 forbidden by a FIPS policy.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "The service's protocol fixes MD5 as its transport checksum; nothing is protected by it.")]
    public static bool Matches(ReadOnlySpan<byte> text, string? md5)
    {
        if (md5 is null || !IsAvailable.Value)
            return true;

        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(text, hash);
        return Convert.ToHexStringLower(hash).Equals(md5, StringComparison.OrdinalIgnoreCase);
    }

    [SuppressMessage("Security", "CA5351", Justification = "Only asks whether the platform has it.")]
    private static bool TryMd5()
    {
        try
        {
            MD5.HashData([]);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
