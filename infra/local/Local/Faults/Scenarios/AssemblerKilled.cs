using Local.Components;

namespace Local.Faults.Scenarios;

/// <summary>
/// Large batches come halfway; the bridge that is the active consumer of a partition, and holds their chunks, is killed. The other
/// halves then come, and the batches must become whole on the other bridge.
/// </summary>
internal sealed class AssemblerKilled() : FaultScenario("assembler-kill", "SIGKILL of the active assembler holding half batches")
{
    private const int BatchesInEachQueue = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BeyondTheLease = TimeSpan.FromSeconds(10);

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        foreach (var moment in run.Moments(run.Scale.Repeats))
        {
            await run.UntilArrivedAsync(moment, cancellationToken, onTheWay: 0.02);
            var (halves, others) = WriteHalves(run);
            await PutAsync(run, halves, cancellationToken);
            var victim = await AssemblerAsync(run, halves.Sum(texts => texts.Count), cancellationToken);
            await run.Bridges.KillAsync(victim, cancellationToken);
            await CompleteAsync(run, others, cancellationToken);
            await run.Bridges.StartAsync(1, cancellationToken);
        }
    }

    // For each queue, the first halves of some batches, and the other halves.
    private static (List<byte[]>[] Halves, List<byte[]>[] Others) WriteHalves(FaultRun run)
    {
        var (halves, others) = (new List<byte[]>[run.Queues.Count], new List<byte[]>[run.Queues.Count]);
        for (var queue = 0; queue < run.Queues.Count; queue++)
        {
            var feed = new Feed(run.Queues[queue], run.Ledger, run.Random.Next());
            var batches = Enumerable.Range(0, BatchesInEachQueue).Select(_ => feed.WriteLarge()).ToList();
            halves[queue] = [.. batches.SelectMany(chunks => chunks.Take(chunks.Length / 2))];
            others[queue] = [.. batches.SelectMany(chunks => chunks.Skip(chunks.Length / 2))];
        }

        return (halves, others);
    }

    private static Task PutAsync(FaultRun run, List<byte[]>[] texts, CancellationToken cancellationToken) =>
        Task.WhenAll(run.Queues.Select((queue, index) => queue.PutUntilAcceptedAsync(texts[index], cancellationToken)));

    // Once all other traffic has come to rest, the chunks that the broker calls unacknowledged are the halves.
    private static async Task<BridgeProcess> AssemblerAsync(FaultRun run, int chunks, CancellationToken cancellationToken)
    {
        IReadOnlyList<BrokerQueue> partitions = [];
        await Wait.UntilAsync(
            async () =>
            {
                partitions = [.. (await run.Broker.ListAsync(cancellationToken)).Where(queue => queue.IsPartition)];
                return partitions.Sum(queue => queue.Held) == chunks && partitions.All(queue => queue.Ready == 0);
            },
            Patience,
            () => $"{chunks} chunks should be held by assemblers; the broker says {string.Join(", ", partitions)}; {run.Describe()}",
            cancellationToken);
        var held = partitions.Where(queue => queue.Held > 0).ToList();
        var port = await run.Broker.ActiveConsumerPortAsync(held[run.Random.Next(held.Count)].Name, cancellationToken);
        return run.Bridges.Running.Single(bridge => TcpSockets.IsHeldBy(bridge.Process.Id, port));
    }

    private static async Task CompleteAsync(FaultRun run, List<byte[]>[] others, CancellationToken cancellationToken)
    {
        var killed = TimeProvider.System.GetTimestamp();
        await PutAsync(run, others, cancellationToken);
        await run.UntilAllArrivedAsync(cancellationToken);
        var took = TimeProvider.System.GetElapsedTime(killed);
        run.NoteRecovery(took);
        if (took > run.Scale.Lease + BeyondTheLease)
            throw new FaultException($"the batches were whole {took.TotalSeconds:0.0} s after the kill, the lease being {run.Scale.Lease}: {run.Describe()}");
    }
}
