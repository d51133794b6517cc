namespace Bridge.Core.Pipeline;

/// <summary>
/// Records which events of a batch are settled: the broker has confirmed them, in the exchange or as dead letters. Safe for
/// several threads.
/// </summary>
/// <param name="events">Number of events in the batch.</param>
internal sealed class BatchProgress(int events)
{
    private readonly ulong[] _settled = new ulong[(events + 63) / 64];
    private int _confirmed;

    /// <summary>Its memory in words of 64 bits.</summary>
    public int Words => _settled.Length;

    /// <summary>True when an event is settled.</summary>
    /// <param name="ordinal">The event's position in the batch, from 0.</param>
    public bool IsSettled(int ordinal) => (Volatile.Read(ref _settled[ordinal / 64]) & (1UL << (ordinal % 64))) != 0;

    /// <summary>Records that an event is confirmed as a dead letter.</summary>
    public void Settle(int ordinal) => TrySettle(ordinal);

    /// <summary>Records that an event is confirmed in the exchange.</summary>
    public void Confirm(int ordinal)
    {
        if (TrySettle(ordinal))
            Interlocked.Increment(ref _confirmed);
    }

    /// <summary>Returns the number of events confirmed in the exchange since the last call.</summary>
    public int TakeConfirmed() => Interlocked.Exchange(ref _confirmed, 0);

    private bool TrySettle(int ordinal)
    {
        var bit = 1UL << (ordinal % 64);
        return (Interlocked.Or(ref _settled[ordinal / 64], bit) & bit) == 0;
    }
}
