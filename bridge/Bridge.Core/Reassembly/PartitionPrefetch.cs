using Telemetry.Wire;

namespace Bridge.Core.Reassembly;

/// <summary>
/// How many unsettled chunks of a partition this replica may have: as many as its share of the memory holds, or as the largest batch has.
/// It bounds what the client library has received and nobody has taken yet, too. Not safe for several threads at once.
/// </summary>
/// <param name="share">Bytes of memory that the partition's chunks may take.</param>
/// <param name="clock">A change costs a round of the queue: for a minute it holds against a smaller one.</param>
internal sealed class PartitionPrefetch(long share, TimeProvider clock)
{
    // A quorum queue hands no more than this to one consumer; the largest batch that is accepted has 1,024 chunks.
    private const int Most = 2_000;
    private const int Least = 32;

    // No cloud's are larger.
    private const int LargestChunk = 256 * 1024;

    private static readonly TimeSpan LeastTime = TimeSpan.FromMinutes(1);

    private int _ofLargestBatch;
    private long _changed = clock.GetTimestamp();

    /// <summary>Chunks that the broker may hand out before one is settled; 32 to 2,000.</summary>
    public int Value { get; private set; } = Clamp(share / LargestChunk);

    /// <summary>Chunks that are held for others at most: beyond them there must be room for more to come.</summary>
    public int MaxHeld => Value * 9 / 10;

    /// <summary>Learns how many chunks a batch has.</summary>
    /// <returns>True when <see cref="Value"/> has changed: it holds for those who begin to consume from now on.</returns>
    public bool Learn(in ChunkHeader header)
    {
        _ofLargestBatch = Math.Max(_ofLargestBatch, Clamp((header.Count * 10 / 9) + 8));
        return _ofLargestBatch > Value && Change(_ofLargestBatch);
    }

    /// <summary>Learns how large chunks are, when there are as many as there may be.</summary>
    /// <param name="chunks">That are held.</param>
    /// <param name="bytes">Of memory that they take.</param>
    /// <returns>True when <see cref="Value"/> has changed.</returns>
    public bool Fit(int chunks, long bytes)
    {
        var fitting = Math.Max(_ofLargestBatch, Clamp(chunks * share / bytes));
        var isTooMuch = fitting < Value / 2 && clock.GetElapsedTime(_changed) >= LeastTime;
        return (isTooMuch || fitting > Value * 5 / 4) && Change(fitting);
    }

    /// <summary>Forgets what it has learnt, once no chunk is left.</summary>
    public void Reset()
    {
        _ofLargestBatch = 0;
        Value = Clamp(share / LargestChunk);
    }

    private bool Change(int value)
    {
        Value = value;
        _changed = clock.GetTimestamp();
        return true;
    }

    private static int Clamp(long chunks) => (int)Math.Clamp(chunks, Least, Most);
}
