using System.Security.Cryptography;
using System.Text;

namespace Telemetry.Wire;

/// <summary>
/// Encrypts and decrypts batches. Each batch has its own key, so a nonce cannot repeat under one key.
/// </summary>
/// <remarks>
/// <code>
/// sealed = n (1 byte) | kver (n bytes, UTF-8) | salt (16) | nonce (12) | ciphertext | tag (16)
/// key    = HKDF-SHA256(ikm = master key, salt, info = "telemetry-queue/1" | header[0..20))
/// AAD    = header[0..20) | n | kver
/// </code>
/// </remarks>
internal static class BatchCipher
{
    private const int SaltSize = 16;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    internal delegate void FillRandom(Span<byte> destination);

    private static ReadOnlySpan<byte> Info => "telemetry-queue/1"u8;

    /// <summary>Bytes that encryption adds.</summary>
    internal static int Overhead(MasterKey key) => HeadSize(key.VersionBytes.Length) + TagSize;

    /// <summary>
    /// Encrypts <paramref name="plain"/> into <paramref name="destination"/>, which is longer by <see cref="Overhead"/>.
    /// </summary>
    internal static void Seal(
        MasterKey key, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> plain, Span<byte> destination, FillRandom random)
    {
        var version = key.VersionBytes.Span;
        destination[0] = (byte)version.Length;
        version.CopyTo(destination[1..]);
        var salt = destination.Slice(1 + version.Length, SaltSize);
        var nonce = destination.Slice(1 + version.Length + SaltSize, NonceSize);
        random(salt);
        random(nonce);
        using var aes = CreateAes(key, prefix, salt);
        aes.Encrypt(
            nonce,
            plain,
            destination.Slice(HeadSize(version.Length), plain.Length),
            destination[^TagSize..],
            AssociatedData(
                prefix, destination[..(1 + version.Length)], stackalloc byte[ChunkHeader.PrefixSize + 1 + version.Length]));
    }

    /// <summary>Decrypts in place.</summary>
    /// <param name="keys">The keys that the receiver holds.</param>
    /// <param name="prefix">The header's part that is authenticated.</param>
    /// <param name="sealedBatch">All of it; overwritten.</param>
    /// <param name="plain">The range of the decrypted bytes in it, when the result is null.</param>
    /// <returns>Null, or why it cannot be decrypted.</returns>
    internal static Refusal? Open(KeyRing keys, ReadOnlySpan<byte> prefix, Span<byte> sealedBatch, out Range plain)
    {
        plain = default;
        var n = sealedBatch.IsEmpty ? 0 : sealedBatch[0];
        var length = sealedBatch.Length - HeadSize(n) - TagSize;
        if (length < 0)
            return Refusal.Malformed($"{sealedBatch.Length} bytes are too few for an encrypted batch");
        if (keys.Find(sealedBatch.Slice(1, n)) is not { } key)
            return Refusal.Undecryptable($"unknown key version {Name(sealedBatch.Slice(1, n))}: this receiver holds {keys}");

        using var aes = CreateAes(key, prefix, sealedBatch.Slice(1 + n, SaltSize));
        var text = sealedBatch.Slice(HeadSize(n), length);
        try
        {
            aes.Decrypt(
                sealedBatch.Slice(1 + n + SaltSize, NonceSize),
                text,
                sealedBatch[^TagSize..],
                text,
                AssociatedData(prefix, sealedBatch[..(1 + n)], stackalloc byte[ChunkHeader.PrefixSize + 1 + n]));
        }
        catch (AuthenticationTagMismatchException)
        {
            return Refusal.Undecryptable(
                $"the tag does not verify with key '{key.Version}': another key of that name, or altered bytes");
        }

        plain = HeadSize(n)..(HeadSize(n) + length);
        return null;
    }

    // The name comes from outside, so it is shown only if it cannot break a log line.
    private static string Name(ReadOnlySpan<byte> version) =>
        version.Length <= 64 && !version.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e)
            ? $"'{Encoding.ASCII.GetString(version)}'"
            : $"of {version.Length} bytes";

    private static int HeadSize(int versionLength) => 1 + versionLength + SaltSize + NonceSize;

    private static AesGcm CreateAes(MasterKey master, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> salt)
    {
        Span<byte> key = stackalloc byte[MasterKey.Size];
        Span<byte> info = stackalloc byte[Info.Length + ChunkHeader.PrefixSize];
        Info.CopyTo(info);
        prefix.CopyTo(info[Info.Length..]);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master.Secret, key, salt, info);
        var aes = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
        return aes;
    }

    private static ReadOnlySpan<byte> AssociatedData(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> named, Span<byte> buffer)
    {
        prefix.CopyTo(buffer);
        named.CopyTo(buffer[prefix.Length..]);
        return buffer;
    }
}
