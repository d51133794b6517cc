using System.Numerics;
using Telemetry.Codec;

namespace Bridge.Assemble;

/// <summary>
/// How many unsettled chunks of a partition this replica may have: as many as its share of the memory holds, or as the largest batch has.
/// It bounds what the client library has received and nobody has taken yet, too. Not safe for several threads at once.
/// </summary>
/// <param name="share">Bytes of chunks that the partition may hold.</param>
internal sealed class PartitionPrefetch(long share)
{
    // A quorum queue hands no more than this to one consumer; the largest batch that is accepted has 1,024 chunks.
    private const int Most = 2_000;
    private const int Least = 32;

    // Until a chunk has been seen: no cloud's are larger.
    private int _largestChunk = 256 * 1024;
    private bool _hasSeen;

    /// <summary>Chunks that the broker may hand out before one is settled; 32 to 2,000.</summary>
    public int Value { get; private set; } = Clamp(share / (256 * 1024));

    /// <summary>Chunks that are held for others at most: beyond them there must be room for more to come.</summary>
    public int MaxHeld => Value * 9 / 10;

    /// <summary>Learns from a chunk how large chunks are, and how many a batch has.</summary>
    /// <returns>True when <see cref="Value"/> has grown: it holds for those who begin to consume from now on.</returns>
    public bool Learn(in ChunkHeader header, int slice)
    {
        var full = header.Index == header.Count - 1 && header.Count > 1 ? ((int)header.Length - slice) / (header.Count - 1) : slice;

        // Arrays come from a pool, in powers of two.
        var chunk = (int)BitOperations.RoundUpToPowerOf2((uint)(ChunkHeader.Size + full));
        _largestChunk = _hasSeen ? Math.Max(_largestChunk, chunk) : chunk;
        _hasSeen = true;

        var needed = Math.Max(OfShare(), Clamp((header.Count * 10 / 9) + 8));
        if (needed <= Value)
            return false;
        Value = needed;
        return true;
    }

    /// <summary>Forgets how many chunks a batch had, once none is left.</summary>
    public void Shrink() => Value = OfShare();

    private int OfShare() => Clamp(share / _largestChunk);

    private static int Clamp(long chunks) => (int)Math.Clamp(chunks, Least, Most);
}
