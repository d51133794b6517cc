using Telemetry.Codec;

namespace Bridge;

/// <summary>
/// Remembers what this replica has settled, so that a redelivery is dropped instead of published again. Bounded: the oldest
/// identities are forgotten first, after which a redelivery is published again under the same <c>message_id</c>.
/// </summary>
/// <param name="capacity">Identities remembered.</param>
internal sealed class SettledBatches(int capacity = 50_000)
{
    /// <summary>The index that stands for all of a batch.</summary>
    public const int Whole = -1;

    private readonly Lock _gate = new();
    private readonly HashSet<(BatchId Batch, int Index)> _known = [];
    private readonly Queue<(BatchId Batch, int Index)> _order = [];

    /// <summary>Whether a batch, or one chunk of it, is settled.</summary>
    public bool Contains(BatchId batch, int index = Whole)
    {
        lock (_gate)
            return _known.Contains((batch, index));
    }

    /// <summary>Remembers a batch, or one chunk of it.</summary>
    public void Add(BatchId batch, int index = Whole)
    {
        lock (_gate)
        {
            if (!_known.Add((batch, index)))
                return;
            _order.Enqueue((batch, index));
            if (_order.Count > capacity)
                _known.Remove(_order.Dequeue());
        }
    }
}
