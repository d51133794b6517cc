using System.Numerics;

namespace Bridge.Deliver;

/// <summary>Which events of a batch are settled: confirmed by the broker, in the exchange or as dead letters. Safe for several threads.</summary>
/// <param name="events">Events of the batch.</param>
internal sealed class BatchProgress(int events)
{
    private readonly ulong[] _settled = new ulong[(events + 63) / 64];

    /// <summary>Words of memory that it takes.</summary>
    public int Words => _settled.Length;

    /// <summary>Events settled.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (ref var word in _settled.AsSpan())
                count += BitOperations.PopCount(Volatile.Read(ref word));
            return count;
        }
    }

    /// <summary>Whether an event is settled.</summary>
    /// <param name="ordinal">Its position among the batch's events, from 0.</param>
    public bool IsSettled(int ordinal) => (Volatile.Read(ref _settled[ordinal / 64]) & (1UL << (ordinal % 64))) != 0;

    /// <summary>Notes an event as settled.</summary>
    public void Settle(int ordinal) => Interlocked.Or(ref _settled[ordinal / 64], 1UL << (ordinal % 64));
}
