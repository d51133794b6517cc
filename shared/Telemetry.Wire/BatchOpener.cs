using System.Buffers;

namespace Telemetry.Wire;

/// <summary>Turns a whole sealed batch back into events: digest, decryption, decompression.</summary>
/// <param name="keys">The keys that the receiver holds.</param>
/// <param name="limits">What the receiver accepts.</param>
public sealed class BatchOpener(KeyRing keys, CodecLimits limits)
{
    private const int MeasuredFrom = 16 * 1024 * 1024;

    /// <summary>Bytes that a batch may open to at most.</summary>
    public int Largest => limits.BatchBytes;

    /// <summary>Opens a batch.</summary>
    /// <param name="header">The header of any of its chunks.</param>
    /// <param name="sealedBatch">All slices, concatenated in the order of their index.</param>
    /// <param name="batch">The events, when the result is null; the caller disposes it.</param>
    /// <returns>Null, or why the batch is refused.</returns>
    public Refusal? Open(in ChunkHeader header, in ReadOnlySequence<byte> sealedBatch, out OpenedBatch? batch) =>
        Open(header, sealedBatch, limits.BatchBytes, out batch);

    /// <summary>Opens a batch in bounded memory.</summary>
    /// <param name="header">The header of any of its chunks.</param>
    /// <param name="sealedBatch">All slices, concatenated in the order of their index.</param>
    /// <param name="most">Bytes that it may open to, at most <see cref="Largest"/>; else it is refused as too large.</param>
    /// <param name="batch">The events, when the result is null; the caller disposes it.</param>
    /// <returns>Null, or why the batch is refused.</returns>
    public Refusal? Open(in ChunkHeader header, in ReadOnlySequence<byte> sealedBatch, int most, out OpenedBatch? batch)
    {
        batch = null;
        Span<byte> prefix = stackalloc byte[ChunkHeader.PrefixSize];
        ChunkHeader.WritePrefix(prefix, header.Flags, header.Batch.Sender, header.Batch.Sequence);
        if (sealedBatch.Length != header.Length)
            return Refusal.Malformed($"{sealedBatch.Length} bytes of slices: the header says {header.Length}");
        if (BatchDigest.Compute(prefix, header.Count, sealedBatch) != header.Batch.Digest)
            return Refusal.Malformed("the digest does not match: the batch was altered on its way");

        if (!header.Flags.HasFlag(BatchFlags.Encrypted))
            return Expand(header.Flags, sealedBatch, most, out batch);

        using var copy = new PooledBytes((int)sealedBatch.Length);
        copy.Append(sealedBatch);
        if (BatchCipher.Open(keys, prefix, copy.Written, out var plain) is { } refusal)
            return refusal;
        return Expand(header.Flags, new ReadOnlySequence<byte>(copy.Memory[plain]), most, out batch);
    }

    private Refusal? Expand(BatchFlags flags, in ReadOnlySequence<byte> packed, int most, out OpenedBatch? batch)
    {
        batch = null;
        var isBrotli = flags.HasFlag(BatchFlags.Brotli);
        var capacity = (int)packed.Length;
        if (isBrotli && MeasureIfLarge(packed, most, out capacity) is { } tooLarge)
            return tooLarge;
        if (!isBrotli && packed.Length > most)
            return BrotliExpansion.TooLarge(most);

        var lines = new PooledBytes(capacity);
        var refusal = isBrotli ? BrotliExpansion.Expand(packed, lines, most) : null;
        if (!isBrotli)
            lines.Append(packed);
        refusal ??= Check(lines.Span);
        if (refusal is null)
            batch = new OpenedBatch(lines);
        else
            lines.Dispose();
        return refusal;
    }

    // A batch that may become large is decompressed twice. The first pass finds the size, so a decompression bomb uses no memory.
    private Refusal? MeasureIfLarge(in ReadOnlySequence<byte> packed, int most, out int capacity)
    {
        capacity = (int)Math.Min(most, Math.Max(4_096L, 8L * packed.Length));
        return most <= MeasuredFrom ? null : BrotliExpansion.Measure(packed, most, limits.Events, out capacity);
    }

    private Refusal? Check(ReadOnlySpan<byte> lines)
    {
        if (lines.IsEmpty || lines[^1] != (byte)'\n')
            return Refusal.Malformed("the batch does not end in a line feed");
        return lines.Count((byte)'\n') <= limits.Events ? null : BrotliExpansion.TooManyEvents(limits.Events);
    }
}

/// <summary>The events of a batch, each as it was sent.</summary>
public sealed class OpenedBatch : IDisposable
{
    private readonly PooledBytes _lines;

    internal OpenedBatch(PooledBytes lines) => _lines = lines;

    /// <summary>JSON Lines: every event on one line that ends in LF.</summary>
    public ReadOnlyMemory<byte> Lines => _lines.Memory;

    /// <summary>Bytes of memory that the batch uses; may be several times the bytes of <see cref="Lines"/>.</summary>
    public int Capacity => _lines.Capacity;

    /// <summary>Returns the memory. After this no event may be read.</summary>
    public void Dispose() => _lines.Dispose();
}
