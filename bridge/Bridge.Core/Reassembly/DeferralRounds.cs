namespace Bridge.Core.Reassembly;

/// <summary>
/// Decides which batches are held when a partition has more chunks than fit into memory, so that each batch gets its turn.
/// Batches are ordered on a ring by their digests. Those farthest from a cursor are deferred, which means that their chunks go to
/// the tail of the queue. When the first deferred chunks of a round arrive again, the whole queue has passed. Every batch that is
/// nearer than all deferred ones was then held with all its chunks in the queue: it is whole, or its sender has not sent all. The
/// cursor then moves to the nearest deferred batch.
/// </summary>
internal sealed class DeferralRounds
{
    private readonly long _first;
    private long _latest;
    private long? _opening;
    private int _away;

    /// <param name="firstNumber">
    /// Number of the first deferral. Choose it so that the numbers of two replicas differ, since each must recognise its own.
    /// </param>
    public DeferralRounds(long firstNumber)
    {
        _first = firstNumber;
        _latest = firstNumber - 1;
    }

    /// <summary>Position on the ring from which batches are held.</summary>
    public ulong Cursor { get; private set; }

    /// <summary>Distance from the cursor to the nearest batch deferred in this round.</summary>
    public ulong Nearest { get; private set; } = ulong.MaxValue;

    /// <summary>True while deferred chunks have not arrived again.</summary>
    public bool AreAnyAway => _away > 0;

    /// <summary>Rounds that have ended since <see cref="NoteCompletion"/>.</summary>
    public int Fruitless { get; private set; }

    /// <summary>Counts deferred chunks.</summary>
    /// <param name="chunks">Number of chunks.</param>
    /// <param name="nearest">Distance from the cursor to the nearest of their batches.</param>
    /// <returns>The deferral's number.</returns>
    public long Defer(int chunks, ulong nearest)
    {
        _latest++;
        _opening ??= _latest;
        _away = chunks;
        Nearest = Math.Min(Nearest, nearest);
        return _latest;
    }

    /// <summary>True for the number of a deferral that this object counted.</summary>
    public bool IsOwn(long? deferral) => deferral >= _first && deferral <= _latest;

    /// <summary>Records that a chunk has arrived.</summary>
    /// <param name="deferral">Number of the chunk's last deferral; null when it was never deferred.</param>
    /// <returns>True when the round is over. Call <see cref="Next"/> then.</returns>
    public bool NoteArrival(long? deferral)
    {
        if (!IsOwn(deferral))
            return false;
        if (deferral == _latest && _away > 0)
            _away--;
        return deferral >= _opening;
    }

    /// <summary>Begins the next round.</summary>
    public void Next()
    {
        Cursor = unchecked(Cursor + Nearest);
        Nearest = ulong.MaxValue;
        _opening = null;
        Fruitless++;
    }

    /// <summary>Records that a batch has become whole.</summary>
    public void NoteCompletion() => Fruitless = 0;
}
