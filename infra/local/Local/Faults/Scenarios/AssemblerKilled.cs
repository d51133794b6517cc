namespace Local.Faults.Scenarios;

/// <summary>
/// The replica that is the active consumer of every partition dies holding half of several batches; the rest of their chunks is
/// sent afterwards. The other replica gets the first half from the broker, at once.
/// </summary>
internal sealed class AssemblerKilled() : FaultScenario("assembler-kill", "fail-over of the active assembler holding half a batch")
{
    private const int Batches = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<(CloudQueue Queue, byte[][] Texts)> _rest = [];

    // The first to start becomes the active consumer of all partitions.
    protected override int Bridges => 1;

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        await run.Bridges.StartAsync(1, cancellationToken);
        var active = run.Bridges.Running[0];
        await run.UntilArrivedAsync(run.Moments(strikes: 1)[0], cancellationToken);
        run.Flow.Allow(1);
        foreach (var number in Enumerable.Range(0, Batches))
            await SendHalfAsync(run, number % run.Queues.Count, cancellationToken);

        // The assembler holds them when all else is sent and has arrived, and the queues hold nothing any more.
        await Wait.UntilAsync(
            async () => run.Ledger.Expected == run.Scale.Events + Batches && run.Ledger.Missing == Batches && await DepthAsync(run, cancellationToken) == 0,
            Patience,
            run.Describe,
            cancellationToken);
        await run.Bridges.KillAsync(active, cancellationToken);
        var killed = TimeProvider.System.GetTimestamp();
        foreach (var (queue, texts) in _rest)
            await queue.PutUntilAcceptedAsync(texts, cancellationToken);
        await run.UntilAllArrivedAsync(cancellationToken);
        run.NoteRecovery(TimeProvider.System.GetElapsedTime(killed));
    }

    private async Task SendHalfAsync(FaultRun run, int queue, CancellationToken cancellationToken)
    {
        var texts = new Feed(run.Queues[queue], run.Ledger, run.Random.Next()).WriteLarge();
        var half = Math.Max(1, texts.Length / 2);
        await run.Queues[queue].PutUntilAcceptedAsync(texts[..half], cancellationToken);
        _rest.Add((run.Queues[queue], texts[half..]));
    }

    private static async Task<long> DepthAsync(FaultRun run, CancellationToken cancellationToken)
    {
        var depths = await Task.WhenAll(run.Queues.Select(queue => queue.DepthAsync(cancellationToken)));
        return depths.Sum();
    }
}
