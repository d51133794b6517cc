using System.Text;
using static System.FormattableString;

namespace Telemetry.Wire;

/// <summary>A named 32-byte key from which each batch's own key is derived.</summary>
public sealed class MasterKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 32;

    /// <summary>Longest version name in UTF-8 bytes: its length travels in one byte.</summary>
    public const int LongestVersion = 255;

    private const string Remedy = "make one with `openssl rand -base64 32`";

    private readonly byte[] _secret;

    /// <summary>Wraps a key.</summary>
    /// <param name="version">Its name (kver): 1 to 255 UTF-8 bytes, no colon.</param>
    /// <param name="secret">32 bytes.</param>
    /// <exception cref="ArgumentException">The version or the length is wrong; the message does not hold the key.</exception>
    public MasterKey(string version, ReadOnlySpan<byte> secret)
    {
        var bytes = Encoding.UTF8.GetByteCount(version);
        if (bytes is < 1 or > LongestVersion || version.Contains(':', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                Invariant($"the key version must have 1 to {LongestVersion} bytes and no colon, not {bytes} bytes"),
                nameof(version));
        }

        if (secret.Length != Size)
            throw new ArgumentException($"key '{version}' has {secret.Length} bytes: it must have {Size}", nameof(secret));
        Version = version;
        VersionBytes = Encoding.UTF8.GetBytes(version);
        _secret = secret.ToArray();
    }

    /// <summary>The key's name, which travels with each batch.</summary>
    public string Version { get; }

    internal ReadOnlyMemory<byte> VersionBytes { get; }

    internal ReadOnlySpan<byte> Secret => _secret;

    /// <summary>Reads <c>kver:base64</c>, the form of <c>TELEMETRY_KEY</c>.</summary>
    /// <exception cref="FormatException">The text has another form; the message holds no part of it.</exception>
    public static MasterKey Parse(string text)
    {
        // No part of the text is repeated: with both halves swapped, the name would be the key.
        var parts = text.Trim().Split(':', 2);
        if (parts.Length < 2 || parts[0].Length == 0)
            throw new FormatException("the key must read kver:base64, a name and 32 bytes in Base64");
        if (DecodeSecret(parts[1]) is not { } secret)
        {
            throw new FormatException(
                "the key must read kver:base64, and what follows the colon is no Base64 of 32 bytes: " + Remedy);
        }

        return Create(parts[0], secret);
    }

    /// <summary>Reads a key from its name and its Base64.</summary>
    /// <exception cref="FormatException">The key is no Base64 of 32 bytes; the message does not hold it.</exception>
    public static MasterKey Parse(string version, string base64) =>
        DecodeSecret(base64.Trim()) is { } secret
            ? Create(version, secret)
            : throw new FormatException($"key '{version}' is no Base64 of {Size} bytes: {Remedy}");

    /// <summary>The version alone.</summary>
    public override string ToString() => Version;

    private static byte[]? DecodeSecret(string base64)
    {
        var secret = new byte[Size];
        return base64.Length == 44 && Convert.TryFromBase64String(base64, secret, out var written) && written == Size
            ? secret
            : null;
    }

    private static MasterKey Create(string version, ReadOnlySpan<byte> secret)
    {
        try
        {
            return new MasterKey(version, secret);
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }
    }
}
