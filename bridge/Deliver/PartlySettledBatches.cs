namespace Bridge.Deliver;

/// <summary>
/// Remembers which events are settled of batches that are not settled as a whole, so that a further attempt publishes only the rest. Bounded:
/// the oldest are forgotten first, after which their events are published again under the same <c>message_id</c>.
/// </summary>
/// <param name="words">Bound on the memory, a bit an event, in words of 64.</param>
internal sealed class PartlySettledBatches(int words = 16 * 1024)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, BatchProgress> _known = new(StringComparer.Ordinal);
    private readonly Queue<(string Batch, BatchProgress Progress)> _order = [];
    private int _words;

    /// <summary>What is settled of a batch; nothing yet when it is not known.</summary>
    public BatchProgress Of(string batch, int events)
    {
        lock (_gate)
            return _known.GetValueOrDefault(batch) ?? new BatchProgress(events);
    }

    /// <summary>Remembers a batch for its next attempt.</summary>
    public void Remember(string batch, BatchProgress progress)
    {
        lock (_gate)
        {
            if (!_known.TryAdd(batch, progress))
                return;
            _order.Enqueue((batch, progress));
            _words += progress.Words;
            while (_words > words && _order.TryDequeue(out var oldest))
                Drop(oldest);
        }
    }

    /// <summary>Forgets a batch that is settled.</summary>
    public void Forget(string batch)
    {
        lock (_gate)
            _known.Remove(batch);
    }

    // A batch that was forgotten and remembered anew stands in the order twice.
    private void Drop((string Batch, BatchProgress Progress) oldest)
    {
        _words -= oldest.Progress.Words;
        if (_known.GetValueOrDefault(oldest.Batch) == oldest.Progress)
            _known.Remove(oldest.Batch);
    }
}
