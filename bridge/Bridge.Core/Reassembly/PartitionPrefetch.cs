using Telemetry.Wire;

namespace Bridge.Core.Reassembly;

/// <summary>
/// Calculates the prefetch of a partition, which is the maximum number of its unsettled chunks: as many as fit into the
/// partition's share of the memory, and at least as many as the largest batch has. It also bounds the chunks that the client
/// library has received and that are not yet taken.
/// </summary>
/// <param name="share">Bytes of memory that the partition's chunks may take.</param>
internal sealed class PartitionPrefetch(long share)
{
    // A quorum queue delivers no more to one consumer. The largest batch that is accepted has 1,024 chunks.
    private const int Max = 2_000;
    private const int Min = 32;

    // No cloud allows larger messages.
    private const int LargestChunk = 256 * 1024;

    // After a change all chunks are delivered again, so the prefetch is lowered at most once in this time.
    private static readonly TimeSpan MinTimeBetweenCuts = TimeSpan.FromMinutes(1);

    private int _ofLargestBatch;
    private DateTimeOffset? _changed;

    /// <summary>The prefetch; 32 to 2,000.</summary>
    public int Value { get; private set; } = Clamp(share / LargestChunk);

    /// <summary>
    /// Maximum number of waiting chunks. It is less than the prefetch, so that further chunks can still arrive.
    /// </summary>
    public int MaxHeld => Value * 9 / 10;

    /// <summary>Raises the prefetch when a batch has more chunks.</summary>
    public void Learn(in ChunkHeader header, DateTimeOffset now)
    {
        _ofLargestBatch = Math.Max(_ofLargestBatch, Clamp((header.Count * 10 / 9) + 8));
        if (_ofLargestBatch > Value)
            Change(_ofLargestBatch, now);
    }

    /// <summary>
    /// Adapts the prefetch to the size of the waiting chunks. Call it when their number or memory has reached its limit.
    /// </summary>
    /// <param name="chunks">Number of waiting chunks.</param>
    /// <param name="bytes">Bytes of memory that they take.</param>
    /// <param name="now">The time.</param>
    /// <returns>True when <see cref="Value"/> has changed.</returns>
    public bool Fit(int chunks, long bytes, DateTimeOffset now)
    {
        var fitting = Math.Max(_ofLargestBatch, Clamp(chunks * share / bytes));
        var isTooMuch = fitting < Value / 2 && !(now - _changed < MinTimeBetweenCuts);
        if (!isTooMuch && fitting <= Value * 5 / 4)
            return false;
        Change(fitting, now);
        return true;
    }

    /// <summary>Resets the prefetch to its initial value.</summary>
    public void Reset()
    {
        _ofLargestBatch = 0;
        Value = Clamp(share / LargestChunk);
    }

    private void Change(int value, DateTimeOffset now) => (Value, _changed) = (value, now);

    private static int Clamp(long chunks) => (int)Math.Clamp(chunks, Min, Max);
}
