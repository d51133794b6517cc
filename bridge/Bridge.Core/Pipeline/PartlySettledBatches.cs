namespace Bridge.Core.Pipeline;

/// <summary>
/// Remembers the settled events of partly settled batches, so that a further attempt publishes only the other events. Memory is
/// bounded: the oldest batches are forgotten first, and all their events are then published again with the same
/// <c>message_id</c>.
/// </summary>
/// <param name="words">Limit on the memory, in words of 64 bits; an event takes one bit.</param>
internal sealed class PartlySettledBatches(int words = 16 * 1024)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Batch, BatchProgress Progress)>> _known =
        new(StringComparer.Ordinal);
    private readonly LinkedList<(string Batch, BatchProgress Progress)> _oldestFirst = [];
    private int _words;

    /// <summary>Returns the progress of a batch; that of an unknown batch has no settled event.</summary>
    public BatchProgress GetProgress(string batch, int events)
    {
        lock (_gate)
            return _known.TryGetValue(batch, out var node) ? node.Value.Progress : new BatchProgress(events);
    }

    /// <summary>Remembers a batch for its next attempt.</summary>
    public void Remember(string batch, BatchProgress progress)
    {
        lock (_gate)
        {
            if (_known.ContainsKey(batch))
                return;
            _known.Add(batch, _oldestFirst.AddLast((batch, progress)));
            _words += progress.Words;
            while (_words > words)
                Drop(_oldestFirst.First!);
        }
    }

    /// <summary>Forgets a batch that is settled.</summary>
    public void Forget(string batch)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(batch, out var node))
                Drop(node);
        }
    }

    private void Drop(LinkedListNode<(string Batch, BatchProgress Progress)> node)
    {
        _oldestFirst.Remove(node);
        _known.Remove(node.Value.Batch);
        _words -= node.Value.Progress.Words;
    }
}
