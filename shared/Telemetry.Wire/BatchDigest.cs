using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Telemetry.Wire;

/// <summary>
/// The first 8 bytes of SHA-256 over header[0..20), count, length and the whole sealed batch. These are the same in all chunks of
/// a batch, so a change of any bit in any chunk is noticed (docs/decisions/0005).
/// </summary>
internal ref struct BatchDigest : IDisposable
{
    private readonly IncrementalHash _hash;

    internal BatchDigest(ReadOnlySpan<byte> prefix, ushort count, uint length)
    {
        _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> tail = stackalloc byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(tail, count);
        BinaryPrimitives.WriteUInt32BigEndian(tail[2..], length);
        _hash.AppendData(prefix);
        _hash.AppendData(tail);
    }

    public readonly void Dispose() => _hash.Dispose();

    internal static ulong Compute(ReadOnlySpan<byte> prefix, ushort count, ReadOnlySpan<byte> sealedBatch)
    {
        using var digest = new BatchDigest(prefix, count, (uint)sealedBatch.Length);
        digest.Append(sealedBatch);
        return digest.Finish();
    }

    internal static ulong Compute(ReadOnlySpan<byte> prefix, ushort count, in ReadOnlySequence<byte> sealedBatch)
    {
        using var digest = new BatchDigest(prefix, count, (uint)sealedBatch.Length);
        foreach (var slice in sealedBatch)
            digest.Append(slice.Span);
        return digest.Finish();
    }

    internal readonly void Append(ReadOnlySpan<byte> slice) => _hash.AppendData(slice);

    internal readonly ulong Finish()
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(sha);
        return BinaryPrimitives.ReadUInt64BigEndian(sha);
    }
}
