using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Bridge.Core.Processing.Encryption;

/// <summary>Opens events that were encrypted with AES-256-GCM.</summary>
/// <remarks>
/// <code>
/// content = Base64Url of: 0x01 | nonce (12) | ciphertext (n) | tag (16)
/// AAD     = 0x01 | kver in UTF-8
/// </code>
/// </remarks>
internal sealed class AesGcmEventKey : EventKey
{
    private const byte FormatVersion = 0x01;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int TextStart = 1 + NonceSize;

    private readonly byte[] _secret;
    private readonly byte[] _associated;

    public AesGcmEventKey(string version, ReadOnlySpan<byte> secret)
        : base(version) => (_secret, _associated) = (secret.ToArray(), [FormatVersion, .. Encoding.UTF8.GetBytes(version)]);

    /// <inheritdoc/>
    public override int? Open(Span<byte> content, Span<byte> plain)
    {
        int size;
        try
        {
            size = Base64Url.DecodeFromUtf8InPlace(content);
        }
        catch (FormatException)
        {
            return null;
        }

        var length = size - TextStart - TagSize;
        return length >= 0 && content[0] == FormatVersion ? Decrypt(content[..size], plain[..length]) : null;
    }

    private int? Decrypt(ReadOnlySpan<byte> sealedEvent, Span<byte> plain)
    {
        using var aes = new AesGcm(_secret, TagSize);
        try
        {
            aes.Decrypt(sealedEvent[1..TextStart], sealedEvent[TextStart..^TagSize], sealedEvent[^TagSize..], plain, _associated);
            return plain.Length;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
