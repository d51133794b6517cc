using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using Telemetry.Wire;

namespace Fuzz.Reference;

/// <summary>The rules for a whole sealed batch as docs/wire-format.md puts them.</summary>
/// <param name="Reason">Why it is refused, or null.</param>
/// <param name="Lines">What it opens to, when it is accepted.</param>
internal readonly record struct ReferenceBatch(RefusalReason? Reason, ReadOnlyMemory<byte> Lines)
{
    /// <summary>Opens a batch.</summary>
    /// <param name="header">36 bytes.</param>
    /// <param name="sealedBatch">The sealed batch.</param>
    /// <param name="limits">What the receiver accepts.</param>
    internal static ReferenceBatch Open(ReadOnlySpan<byte> header, ReadOnlySpan<byte> sealedBatch, CodecLimits limits)
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(header[24..28]) != sealedBatch.Length
            || !header[28..36].SequenceEqual(Digest(header, sealedBatch)))
        {
            return Refused(RefusalReason.Malformed);
        }

        var compressed = (header[3] & 1) != 0;
        if ((header[3] & 2) == 0)
            return Expand(sealedBatch.ToArray(), compressed, limits);

        var reason = Decrypt(header[..20], sealedBatch, out var plain);
        return reason is null ? Expand(plain, compressed, limits) : Refused(reason.Value);
    }

    /// <summary>The digest that belongs into a header.</summary>
    internal static byte[] Digest(ReadOnlySpan<byte> header, ReadOnlySpan<byte> sealedBatch) =>
        SHA256.HashData([.. header[..20], .. header[22..28], .. sealedBatch])[..8];

    private static RefusalReason? Decrypt(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> sealedBatch, out byte[] plain)
    {
        plain = [];
        if (sealedBatch.IsEmpty || sealedBatch.Length < 45 + sealedBatch[0])
            return RefusalReason.Malformed;
        var named = sealedBatch[..(1 + sealedBatch[0])];
        if (FuzzedReceiver.Find(named[1..]) is not { } master)
            return RefusalReason.Undecryptable;

        var rest = sealedBatch[named.Length..];
        var key = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, master.Secret.ToArray(), 32, rest[..16].ToArray(), [.. "telemetry-queue/1"u8, .. prefix]);
        using var aes = new AesGcm(key, 16);
        var decrypted = new byte[rest.Length - 44];
        try
        {
            aes.Decrypt(rest[16..28], rest[28..^16], rest[^16..], decrypted, [.. prefix, .. named]);
        }
        catch (AuthenticationTagMismatchException)
        {
            return RefusalReason.Undecryptable;
        }

        plain = decrypted;
        return null;
    }

    private static ReferenceBatch Expand(byte[] packed, bool compressed, CodecLimits limits)
    {
        var lines = new ReadOnlyMemory<byte>(packed);
        if (compressed)
        {
            // All at once, with room for one byte too many.
            using var decoder = new BrotliDecoder();
            var room = new byte[limits.BatchBytes + 1];
            var status = decoder.Decompress(packed, room, out var read, out var written);
            if (written > limits.BatchBytes)
                return Refused(RefusalReason.TooLarge);
            if (status is not System.Buffers.OperationStatus.Done || read != packed.Length)
                return Refused(RefusalReason.Malformed);
            lines = room.AsMemory(0, written);
        }

        if (lines.Length > limits.BatchBytes)
            return Refused(RefusalReason.TooLarge);
        if (lines.IsEmpty || lines.Span[^1] != '\n')
            return Refused(RefusalReason.Malformed);
        return lines.Span.Count((byte)'\n') > limits.Events ? Refused(RefusalReason.TooLarge) : new ReferenceBatch(null, lines);
    }

    private static ReferenceBatch Refused(RefusalReason reason) => new(reason, default);
}
