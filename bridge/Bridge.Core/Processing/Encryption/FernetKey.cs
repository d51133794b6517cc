using System.Buffers.Text;
using System.Security.Cryptography;

namespace Bridge.Core.Processing.Encryption;

/// <summary>
/// Opens Fernet tokens, as they are or in a further Base64. A token's age is not looked at: events may wait for days before they
/// reach the bridge.
/// </summary>
/// <remarks>
/// <code>
/// token = 0x80 | time (8) | iv (16) | ciphertext (n * 16) | HMAC-SHA256 of all before it (32)
/// key   = signing key (16) | encryption key of AES-128-CBC (16)
/// </code>
/// </remarks>
internal sealed class FernetKey : EventKey
{
    private const byte TokenVersion = 0x80;

    // Base64 of a token begins with it, whatever the token's time.
    private const byte FirstLetter = (byte)'g';

    private const int Half = Size / 2;
    private const int IvStart = 1 + 8;
    private const int IvSize = 16;
    private const int BlockSize = 16;
    private const int TextStart = IvStart + IvSize;

    private readonly byte[] _signing;
    private readonly byte[] _encryption;

    public FernetKey(string version, ReadOnlySpan<byte> secret)
        : base(version) => (_signing, _encryption) = (secret[..Half].ToArray(), secret[Half..].ToArray());

    /// <inheritdoc/>
    public override int? Open(Span<byte> content, Span<byte> plain)
    {
        var token = Decode(content);
        if (!token.IsEmpty && token[0] == FirstLetter)
            token = Decode(token);
        var length = token.Length - TextStart - HMACSHA256.HashSizeInBytes;
        if (length < BlockSize || length % BlockSize != 0 || token[0] != TokenVersion || !IsSigned(token))
            return null;
        return Decrypt(token.Slice(IvStart, IvSize), token.Slice(TextStart, length), plain);
    }

    // In place; empty when it is no Base64.
    private static Span<byte> Decode(Span<byte> text)
    {
        try
        {
            return text[..Base64Url.DecodeFromUtf8InPlace(text)];
        }
        catch (FormatException)
        {
            return [];
        }
    }

    private bool IsSigned(ReadOnlySpan<byte> token)
    {
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_signing, token[..^HMACSHA256.HashSizeInBytes], signature);
        return CryptographicOperations.FixedTimeEquals(signature, token[^HMACSHA256.HashSizeInBytes..]);
    }

    private int? Decrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> text, Span<byte> plain)
    {
        using var aes = Aes.Create();
        aes.SetKey(_encryption);
        try
        {
            return aes.TryDecryptCbc(text, iv, plain, out var written) ? written : null;
        }
        catch (CryptographicException)
        {
            // Signed, and yet with a wrong padding: its sender has made it so.
            return null;
        }
    }
}
