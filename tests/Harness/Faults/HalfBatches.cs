namespace Harness.Faults;

/// <summary>Large batches of which the first half of the chunks comes before a fault, and the other half after it.</summary>
internal sealed class HalfBatches
{
    private const int InEachQueue = 6;
    private static readonly TimeSpan HoldTimeout = TimeSpan.FromSeconds(60);

    private readonly FaultRun _run;
    private readonly List<byte[]>[] _first;
    private readonly List<byte[]>[] _rest;

    /// <summary>Writes some for each queue; the ledger expects their events.</summary>
    public HalfBatches(FaultRun run)
    {
        _run = run;
        (_first, _rest) = (new List<byte[]>[run.Queues.Count], new List<byte[]>[run.Queues.Count]);
        for (var queue = 0; queue < run.Queues.Count; queue++)
        {
            var feed = new Feed(run.Queues[queue], run.Ledger, run.Random.Next());
            var batches = Enumerable.Range(0, InEachQueue).Select(_ => feed.WriteLarge()).ToList();
            _first[queue] = [.. batches.SelectMany(chunks => chunks.Take(chunks.Length / 2))];
            _rest[queue] = [.. batches.SelectMany(chunks => chunks.Skip(chunks.Length / 2))];
        }
    }

    /// <summary>
    /// Puts the first halves, and waits until all other traffic has come to rest: the chunks that the broker then calls
    /// unacknowledged are these.
    /// </summary>
    /// <returns>The partitions that hold them.</returns>
    public async Task<IReadOnlyList<BrokerQueueState>> PutFirstAsync(CancellationToken cancellationToken)
    {
        await PutAsync(_first, cancellationToken);
        var chunks = _first.Sum(texts => texts.Count);
        IReadOnlyList<BrokerQueueState> partitions = [];
        await Wait.UntilAsync(
            async () =>
            {
                partitions = [.. (await _run.Broker.ListAsync(cancellationToken)).Where(queue => queue.IsPartition)];
                return partitions.Sum(queue => queue.Held) == chunks && partitions.All(queue => queue.Ready == 0);
            },
            HoldTimeout,
            () => $"{chunks} chunks should be held by assemblers; the broker says {string.Join(", ", partitions)};"
                + $" {_run.Describe()}",
            cancellationToken);
        return [.. partitions.Where(queue => queue.Held > 0)];
    }

    /// <summary>Puts the other halves and waits until everything that was sent has arrived.</summary>
    /// <param name="struck">When the fault struck.</param>
    /// <param name="within">How long it may take from then on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="FaultException">It took longer.</exception>
    public async Task CompleteAsync(long struck, TimeSpan within, CancellationToken cancellationToken)
    {
        await PutAsync(_rest, cancellationToken);
        await _run.UntilAllArrivedAsync(cancellationToken);
        var took = TimeProvider.System.GetElapsedTime(struck);
        _run.NoteRecovery(took);
        if (took > within)
        {
            throw new FaultException(
                $"the batches were whole {took.TotalSeconds:0.0} s after the fault, the limit being {within}: {_run.Describe()}");
        }
    }

    private Task PutAsync(List<byte[]>[] texts, CancellationToken cancellationToken) =>
        Task.WhenAll(_run.Queues.Select((queue, index) => queue.PutUntilAcceptedAsync(texts[index], cancellationToken)));
}
