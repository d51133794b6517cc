using Telemetry.Wire;

namespace Bridge.Core.Publishing;

/// <summary>
/// Remembers what this replica has published, so that a redelivery is dropped instead of published again. What was
/// dead-lettered is not remembered: it may be sent back. Bounded: the oldest identities are forgotten first, after which a
/// redelivery is published again under the same <c>message_id</c>.
/// </summary>
/// <param name="capacity">Identities remembered.</param>
internal sealed class SettledBatches(int capacity = 50_000)
{
    private readonly Lock _gate = new();
    private readonly HashSet<BatchId> _known = [];
    private readonly Queue<BatchId> _order = [];

    /// <summary>Whether a batch is known to be published.</summary>
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
