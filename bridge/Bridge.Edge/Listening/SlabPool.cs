using System.Collections.Concurrent;

namespace Bridge.Edge.Listening;

/// <summary>Lends a bounded number of slabs. Safe for several threads.</summary>
internal sealed class SlabPool(int slabs, int slabSize)
{
    private readonly ConcurrentQueue<DatagramSlab> _free = new();
    private int _made;

    /// <summary>An empty slab with one user; null when all are in use. Called by one thread.</summary>
    public DatagramSlab? TryRent()
    {
        if (!_free.TryDequeue(out var slab))
        {
            if (_made == slabs)
                return null;
            _made++;
            slab = new DatagramSlab(slabSize);
        }

        slab.Length = 0;
        slab.Use();
        return slab;
    }

    /// <summary>Ends one use of a slab.</summary>
    public void Release(DatagramSlab slab)
    {
        if (slab.Release())
            _free.Enqueue(slab);
    }
}
