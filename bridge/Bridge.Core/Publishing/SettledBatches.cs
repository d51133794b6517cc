using Telemetry.Wire;

namespace Bridge.Core.Publishing;

/// <summary>
/// Remembers the batches that this replica has published, so that a redelivery is dropped. Dead-lettered batches are not
/// remembered, since they may be replayed. Memory is bounded: the oldest identities are forgotten first, and a redelivery of
/// such a batch is published again with the same <c>message_id</c>.
/// </summary>
/// <param name="capacity">Number of identities that are remembered.</param>
internal sealed class SettledBatches(int capacity = 50_000)
{
    private readonly Lock _gate = new();
    private readonly HashSet<BatchId> _known = [];
    private readonly Queue<BatchId> _order = [];

    /// <summary>True when a batch is known to be published.</summary>
    public bool Contains(BatchId batch)
    {
        lock (_gate)
            return _known.Contains(batch);
    }

    /// <summary>Remembers a batch.</summary>
    public void Add(BatchId batch)
    {
        lock (_gate)
        {
            if (!_known.Add(batch))
                return;
            _order.Enqueue(batch);
            if (_order.Count > capacity)
                _known.Remove(_order.Dequeue());
        }
    }
}
