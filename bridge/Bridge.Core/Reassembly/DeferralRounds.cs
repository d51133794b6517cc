namespace Bridge.Core.Reassembly;

/// <summary>
/// Decides which batches are held when a partition has more chunks than there is room for, so that each has its turn. Batches lie
/// on a ring by their digests, and those farthest from a cursor are deferred: they go to the tail of the queue. When the first deferred
/// chunks of a round come back, the whole queue has passed. Every batch nearer than any deferred one has then been held with all its
/// chunks: it is whole, or more has yet to be sent. The cursor moves to the nearest deferred batch.
/// </summary>
internal sealed class DeferralRounds
{
    private readonly long _first;
    private long _latest;
    private long? _opening;
    private int _away;

    /// <param name="firstNumber">Of the first deferral; what another replica has deferred must not be taken for this one's.</param>
    public DeferralRounds(long firstNumber)
    {
        _first = firstNumber;
        _latest = firstNumber - 1;
    }

    /// <summary>Where on the ring the batches that may stay begin.</summary>
    public ulong Cursor { get; private set; }

    /// <summary>Distance from the cursor to the nearest batch deferred in this round.</summary>
    public ulong Nearest { get; private set; } = ulong.MaxValue;

    /// <summary>True while deferred chunks have yet to come back.</summary>
    public bool AreAnyAway => _away > 0;

    /// <summary>Rounds that have ended since <see cref="NoteCompletion"/>.</summary>
    public int Fruitless { get; private set; }

    /// <summary>Counts deferred chunks.</summary>
    /// <param name="chunks">How many.</param>
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

    /// <summary>True for a deferral that was counted here; null is none.</summary>
    public bool IsOwn(long? deferral) => deferral >= _first && deferral <= _latest;

    /// <summary>Tells that a chunk has come.</summary>
    /// <param name="deferral">That it was last part of; null when it was never deferred.</param>
    /// <returns>True when the round is over: see <see cref="Next"/>.</returns>
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

    /// <summary>Tells that a batch has become whole.</summary>
    public void NoteCompletion() => Fruitless = 0;
}
