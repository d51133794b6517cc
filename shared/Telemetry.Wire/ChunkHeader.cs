using System.Buffers.Binary;
using static System.FormattableString;

namespace Telemetry.Wire;

/// <summary>The header in front of every slice, in big-endian order. docs/wire-format.md has the same picture.</summary>
/// <remarks>
/// <code>
///  0        2        3        4                       16           20       22       24           28                 36
///  +--------+--------+--------+-----------------------+------------+--------+--------+------------+------------------+---
///  | "TQ"   | ver=1  | flags  | sender (12 bytes)     | sequence   | index  | count  | length     | digest (8 bytes) | slice
///  +--------+--------+--------+-----------------------+------------+--------+--------+------------+------------------+---
/// </code>
/// </remarks>
/// <param name="Flags">How the batch was sealed.</param>
/// <param name="Batch">The batch that the slice is a part of.</param>
/// <param name="Index">Position of the slice, below <paramref name="Count"/>.</param>
/// <param name="Count">Slices of the batch, at least one.</param>
/// <param name="Length">Bytes of the whole sealed batch.</param>
public readonly record struct ChunkHeader(BatchFlags Flags, BatchId Batch, ushort Index, ushort Count, uint Length)
{
    /// <summary>
    /// 2 (magic) + 1 (version) + 1 (flags) + 12 (sender) + 4 (sequence) + 2 (index) + 2 (count) + 4 (length) + 8 (digest).
    /// </summary>
    public const int Size = 2 + 1 + 1 + SenderId.Size + 4 + 2 + 2 + 4 + 8;

    /// <summary>Bytes of the part that names sender and batch. The key, the tag and the digest of a batch cover it.</summary>
    public const int PrefixSize = 2 + 1 + 1 + SenderId.Size + 4;

    internal const ushort Magic = 0x5451; // "TQ"
    internal const byte Version = 1;
    private const BatchFlags Known = BatchFlags.Brotli | BatchFlags.Encrypted;

    /// <summary>Writes the 36 bytes.</summary>
    public void WriteTo(Span<byte> destination)
    {
        WritePrefix(destination, Flags, Batch.Sender, Batch.Sequence);
        BinaryPrimitives.WriteUInt16BigEndian(destination[20..], Index);
        BinaryPrimitives.WriteUInt16BigEndian(destination[22..], Count);
        BinaryPrimitives.WriteUInt32BigEndian(destination[24..], Length);
        BinaryPrimitives.WriteUInt64BigEndian(destination[28..], Batch.Digest);
    }

    /// <summary>Writes the first 20 bytes: magic, version, flags, sender, sequence.</summary>
    internal static void WritePrefix(Span<byte> destination, BatchFlags flags, SenderId sender, uint sequence)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, Magic);
        destination[2] = Version;
        destination[3] = (byte)flags;
        sender.WriteTo(destination[4..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], sequence);
    }

    /// <summary>Reads a chunk's header and checks it against the slice that follows and the limits.</summary>
    /// <param name="chunk">Header and slice.</param>
    /// <param name="limits">What the receiver accepts.</param>
    /// <param name="header">The header, when the result is null.</param>
    /// <returns>Null, or why the chunk is refused.</returns>
    public static Refusal? Read(ReadOnlySpan<byte> chunk, CodecLimits limits, out ChunkHeader header) =>
        Parse(chunk, out header) ?? header.Check(chunk.Length - Size, limits);

    /// <summary>Reads a header alone: whether the slice fits is not checked.</summary>
    internal static Refusal? Parse(ReadOnlySpan<byte> chunk, out ChunkHeader header)
    {
        header = default;
        if (chunk.Length < sizeof(ushort) || BinaryPrimitives.ReadUInt16BigEndian(chunk) != Magic)
            return Refusal.Malformed(NoChunk(chunk));
        if (chunk.Length < Size)
            return Refusal.Malformed($"a chunk of {chunk.Length} bytes, which breaks off within its header of {Size}");
        if (chunk[2] != Version)
            return Refusal.Unsupported($"format version {chunk[2]}: this release reads version {Version}");
        if (((BatchFlags)chunk[3] & ~Known) != BatchFlags.None)
            return Refusal.Unsupported($"flags 0x{chunk[3]:x2}: this release knows 0x{(byte)Known:x2}");

        header = new ChunkHeader(
            (BatchFlags)chunk[3],
            new BatchId(
                SenderId.Read(chunk[4..]),
                BinaryPrimitives.ReadUInt32BigEndian(chunk[16..]),
                BinaryPrimitives.ReadUInt64BigEndian(chunk[28..])),
            BinaryPrimitives.ReadUInt16BigEndian(chunk[20..]),
            BinaryPrimitives.ReadUInt16BigEndian(chunk[22..]),
            BinaryPrimitives.ReadUInt32BigEndian(chunk[24..]));
        return null;
    }

    private static string NoChunk(ReadOnlySpan<byte> bytes)
    {
        // "TQ" and {" in Base64.
        var isTwice = bytes.StartsWith("VFE"u8) || bytes.StartsWith("eyJ"u8);
        return $"{bytes.Length} bytes in Base64 that are neither a JSON object nor a chunk, which begins with \"TQ\""
            + (isTwice ? ": they look like Base64 once more; encode once" : "");
    }

    private Refusal? Check(int slice, CodecLimits limits)
    {
        if (Count == 0)
            return Refusal.Malformed("count 0: a batch has at least one chunk");
        if (Index >= Count)
            return Refusal.Malformed($"index {Index} of {Count} chunks");
        if (Count > limits.Chunks)
            return Refusal.TooLarge(Invariant($"{Count} chunks: the limit is {limits.Chunks}"));
        if (Length > limits.SealedBytes)
            return Refusal.TooLarge(Invariant($"{Length} bytes sealed: the limit is {limits.SealedBytes}"));
        return FitsSlice(slice)
            ? null
            : Refusal.Malformed(Invariant($"a slice of {slice} bytes cannot be number {Index} of {Count} in {Length} bytes"));
    }

    // All slices but the last have one length, so each chunk tells by itself whether index, count and length agree.
    private bool FitsSlice(int slice)
    {
        if (slice == 0)
            return false;
        if (Index < Count - 1)
            return ((long)Length + slice - 1) / slice == Count;
        var before = (long)Length - slice;
        if (Count == 1)
            return before == 0;
        return before > 0 && before % (Count - 1) == 0 && before / (Count - 1) >= slice;
    }
}

/// <summary>How a batch was sealed. All other bits are zero.</summary>
[Flags]
public enum BatchFlags : byte
{
    /// <summary>The events as they are.</summary>
    None = 0,

    /// <summary>Brotli, RFC 7932.</summary>
    Brotli = 1,

    /// <summary>AES-256-GCM, see docs/wire-format.md.</summary>
    Encrypted = 2,
}
