namespace Bridge.Core.Pipeline;

/// <summary>
/// Which events of a batch are settled: confirmed by the broker, in the exchange or as dead letters. Safe for several threads.
/// </summary>
/// <param name="events">Events of the batch.</param>
internal sealed class BatchProgress(int events)
{
    private readonly ulong[] _settled = new ulong[(events + 63) / 64];
    private int _confirmed;

    /// <summary>Its memory in words of 64 bits.</summary>
    public int Words => _settled.Length;

    /// <summary>Whether an event is settled.</summary>
    /// <param name="ordinal">Its position among the batch's events, from 0.</param>
    public bool IsSettled(int ordinal) => (Volatile.Read(ref _settled[ordinal / 64]) & (1UL << (ordinal % 64))) != 0;

    /// <summary>Notes that an event is kept as a dead letter.</summary>
    public void Settle(int ordinal) => TrySettle(ordinal);

    /// <summary>Notes that the exchange has confirmed an event.</summary>
    public void Confirm(int ordinal)
    {
        if (TrySettle(ordinal))
            Interlocked.Increment(ref _confirmed);
    }

    /// <summary>Events that the exchange has confirmed since the last call.</summary>
    public int TakeConfirmed() => Interlocked.Exchange(ref _confirmed, 0);

    private bool TrySettle(int ordinal)
    {
        var bit = 1UL << (ordinal % 64);
        return (Interlocked.Or(ref _settled[ordinal / 64], bit) & bit) == 0;
    }
}
