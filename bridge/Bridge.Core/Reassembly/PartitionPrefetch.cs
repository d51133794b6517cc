using Telemetry.Wire;

namespace Bridge.Core.Reassembly;

/// <summary>
/// How many unsettled chunks of a partition this replica asks the broker for: as many as its share of the memory holds, or as the
/// largest batch has. The number also bounds what the client library has received and nobody has taken yet.
/// </summary>
/// <param name="share">Bytes of memory that the partition's chunks may take.</param>
internal sealed class PartitionPrefetch(long share)
{
    // A quorum queue hands no more than this to one consumer; the largest batch that is accepted has 1,024 chunks.
    private const int Most = 2_000;
    private const int Least = 32;

    // No cloud's are larger.
    private const int LargestChunk = 256 * 1024;

    // A change costs a round of the queue, so that a smaller number waits for this long.
    private static readonly TimeSpan LeastTime = TimeSpan.FromMinutes(1);

    private int _ofLargestBatch;
    private DateTimeOffset? _changed;

    /// <summary>Chunks that the broker may hand out before one is settled; 32 to 2,000.</summary>
    public int Value { get; private set; } = Clamp(share / LargestChunk);

    /// <summary>Chunks that may wait for others at most: beyond them there must be room for more to come.</summary>
    public int MaxHeld => Value * 9 / 10;

    /// <summary>Learns how many chunks a batch has.</summary>
    public void Learn(in ChunkHeader header, DateTimeOffset now)
    {
        _ofLargestBatch = Math.Max(_ofLargestBatch, Clamp((header.Count * 10 / 9) + 8));
        if (_ofLargestBatch > Value)
            Change(_ofLargestBatch, now);
    }

    /// <summary>Learns how large chunks are, when there are as many as there may be.</summary>
    /// <param name="chunks">Chunks that are held.</param>
    /// <param name="bytes">Bytes of memory that they take.</param>
    /// <param name="now">The time.</param>
    /// <returns>True when <see cref="Value"/> has changed.</returns>
    public bool Fit(int chunks, long bytes, DateTimeOffset now)
    {
        var fitting = Math.Max(_ofLargestBatch, Clamp(chunks * share / bytes));
        var isTooMuch = fitting < Value / 2 && !(now - _changed < LeastTime);
        if (!isTooMuch && fitting <= Value * 5 / 4)
            return false;
        Change(fitting, now);
        return true;
    }

    /// <summary>Forgets what it has learnt, once no chunk is left.</summary>
    public void Reset()
    {
        _ofLargestBatch = 0;
        Value = Clamp(share / LargestChunk);
    }

    private void Change(int value, DateTimeOffset now) => (Value, _changed) = (value, now);

    private static int Clamp(long chunks) => (int)Math.Clamp(chunks, Least, Most);
}
