using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Bridge.Tests.Processing;

/// <summary>Encrypts as docs/reference/encrypted-events.md tells a sender to.</summary>
internal static class Sealed
{
    public static string Event(string version, string content) => $$"""{"kver":"{{version}}","event":"{{content}}"}""";

    public static string Fernet(string secret, string plain)
    {
        var key = Base64Url.DecodeFromChars(secret);
        using var aes = Aes.Create();
        aes.Key = key[16..];
        var iv = RandomNumberGenerator.GetBytes(16);
        var time = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, 1_700_000_000);
        byte[] signed = [0x80, .. time, .. iv, .. aes.EncryptCbc(Encoding.UTF8.GetBytes(plain), iv)];
        return Convert.ToBase64String([.. signed, .. HMACSHA256.HashData(key[..16], signed)]).Replace('+', '-').Replace('/', '_');
    }

    public static string AesGcm(string version, string secret, string plain)
    {
        var text = Encoding.UTF8.GetBytes(plain);
        var (nonce, tag, cipher) = (RandomNumberGenerator.GetBytes(12), new byte[16], new byte[text.Length]);
        using var aes = new AesGcm(Convert.FromBase64String(secret), 16);
        byte[] associated = [1, .. Encoding.UTF8.GetBytes(version)];
        aes.Encrypt(nonce, text, cipher, tag, associated);
        return Base64Url.EncodeToString([1, .. nonce, .. cipher, .. tag]);
    }
}
