using System.Buffers;
using System.IO.Compression;

namespace Telemetry.Codec;

/// <summary>Turns a whole sealed batch back into events: digest, decryption, decompression.</summary>
/// <param name="keys">The keys that the receiver holds.</param>
/// <param name="limits">What the receiver accepts.</param>
public sealed class BatchOpener(KeyRing keys, CodecLimits limits)
{
    /// <summary>Opens a batch.</summary>
    /// <param name="header">The header of any of its chunks.</param>
    /// <param name="sealedBatch">All slices, concatenated in the order of their index.</param>
    /// <param name="batch">The events, when the result is null; the caller disposes it.</param>
    /// <returns>Null, or why the batch is refused.</returns>
    public Refusal? Open(in ChunkHeader header, ReadOnlySpan<byte> sealedBatch, out OpenedBatch? batch)
    {
        batch = null;
        Span<byte> prefix = stackalloc byte[ChunkHeader.PrefixSize];
        ChunkHeader.WritePrefix(prefix, header.Flags, header.Batch.Sender, header.Batch.Sequence);
        if (sealedBatch.Length != header.Length)
            return Refusal.Malformed($"{sealedBatch.Length} bytes of slices: the header says {header.Length}");
        if (BatchDigest.Of(prefix, header.Count, sealedBatch) != header.Batch.Digest)
            return Refusal.Malformed("the digest does not match: the batch was altered on its way");

        if (!header.Flags.HasFlag(BatchFlags.Encrypted))
            return Expand(header.Flags, sealedBatch, out batch);

        using var plain = new PooledBytes(sealedBatch.Length);
        if (BatchCipher.Open(keys, prefix, sealedBatch, plain.Free, out var written) is { } refusal)
            return refusal;
        plain.Advance(written);
        return Expand(header.Flags, plain.Span, out batch);
    }

    private Refusal? Expand(BatchFlags flags, ReadOnlySpan<byte> packed, out OpenedBatch? batch)
    {
        batch = null;
        var lines = new PooledBytes(flags.HasFlag(BatchFlags.Brotli) ? GuessExpanded(packed.Length) : packed.Length);
        Refusal? refusal = null;
        if (flags.HasFlag(BatchFlags.Brotli))
            refusal = Decompress(packed, lines);
        else if (packed.Length <= limits.BatchBytes)
            lines.Append(packed);
        else
            refusal = BatchTooLarge();

        if (refusal is null && (lines.Length == 0 || lines.Span[^1] != (byte)'\n'))
            refusal = Refusal.Malformed("the batch does not end in a line feed");
        if (refusal is null)
            batch = new OpenedBatch(lines);
        else
            lines.Dispose();
        return refusal;
    }

    private Refusal? Decompress(ReadOnlySpan<byte> source, PooledBytes destination)
    {
        var decoder = new BrotliDecoder();
        try
        {
            return Decompress(ref decoder, source, destination);
        }
        finally
        {
            decoder.Dispose();
        }
    }

    private Refusal? Decompress(ref BrotliDecoder decoder, ReadOnlySpan<byte> source, PooledBytes destination)
    {
        Span<byte> beyond = stackalloc byte[1];
        while (true)
        {
            // No memory beyond the limit: at the limit a single byte tells whether there is more.
            var left = limits.BatchBytes - destination.Length;
            var room = left == 0 ? beyond : destination.Reserve(1, limits.BatchBytes);
            var status = decoder.Decompress(source, room[..Math.Min(room.Length, Math.Max(left, 1))], out var read, out var written);
            if (left == 0 && written > 0)
                return BatchTooLarge();
            destination.Advance(written);
            source = source[read..];
            if (status is OperationStatus.Done)
                return source.IsEmpty ? null : Refusal.Malformed($"{source.Length} bytes behind the end of the Brotli stream");
            if (status is not OperationStatus.DestinationTooSmall)
                return Refusal.Malformed("the Brotli stream is broken");
        }
    }

    private int GuessExpanded(int packed) => (int)Math.Min(limits.BatchBytes, Math.Max(4_096L, 6L * packed));

    private Refusal BatchTooLarge() => Refusal.TooLarge($"the batch opens to over {limits.BatchBytes} bytes");
}
