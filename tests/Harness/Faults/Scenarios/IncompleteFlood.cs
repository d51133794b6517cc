namespace Harness.Faults.Scenarios;

/// <summary>
/// Thousands of batches come without their last chunk, more than the assemblers may hold, while others flow. Some get their last
/// chunk in time and must be published; only the others are dead-lettered, as incomplete, chunk by chunk as they were sent.
/// </summary>
internal sealed class IncompleteFlood()
    : FaultScenario("incomplete-flood", "flood of incomplete batches, one in five completed in time")
{
    private const double MostMiB = 300;
    private const int OneCompletedIn = 5;
    private const int BatchesInACall = 20;

    // Three messages: together the flood's chunks are more than the assemblers hold, in number and in bytes.
    private const int MessageBytes = 11_000;
    private const int EventBytes = 28_000;

    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromMinutes(3);

    protected override FaultScale Scale(FaultScale scale) =>
        scale with { AssembleTimeout = scale.Repeats == 1 ? TimeSpan.FromSeconds(20) : TimeSpan.FromMinutes(4) };

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        await run.UntilArrivedAsync(0.1, cancellationToken, onTheWay: 0.7);
        var began = TimeProvider.System.GetTimestamp();
        var last = await Task.WhenAll(run.Queues.Select(queue => FloodAsync(run, queue, run.Random.Next(), cancellationToken)));
        await Task.WhenAll(run.Queues.Select((queue, index) => queue.PutUntilAcceptedAsync(last[index], cancellationToken)));
        await run.UntilAllArrivedAsync(cancellationToken, ArrivalTimeout);
        if (TimeProvider.System.GetElapsedTime(began) < run.Scale.AssembleTimeout
            && await run.DeadLetters.CountAsync(cancellationToken) is > 0 and var early)
        {
            throw new FaultException($"{early} chunks were given up before their time-out: {run.Describe()}");
        }

        await Wait.UntilAsync(
            async () => await run.DeadLetters.CountAsync(cancellationToken) >= run.DeadLetters.Expected,
            run.Scale.AssembleTimeout + ArrivalTimeout,
            () => $"{run.DeadLetters.Expected} chunks should be given up: {run.Describe()}",
            cancellationToken);
        if (run.Bridges.PeakMiB > MostMiB)
            throw new FaultException($"a bridge used {run.Bridges.PeakMiB:0} MiB, the bound being {MostMiB}: {run.Describe()}");
    }

    // Puts all but the last chunk of each batch; gives back the last chunks of those that are to become whole.
    private static async Task<List<byte[]>> FloodAsync(
        FaultRun run, ConnectedQueue queue, int seed, CancellationToken cancellationToken)
    {
        var events = new GeneratedEvents(seed);
        var batches = new BatchWriter(queue.Limits with { MessageBytes = MessageBytes });
        var random = new Random(seed);
        var last = new List<byte[]>();
        for (var sent = 0; sent < run.Scale.IncompleteBatches / run.Queues.Count; sent += BatchesInACall)
        {
            var texts = new List<byte[]>();
            for (var batch = 0; batch < BatchesInACall; batch++)
            {
                var json = events.Dump(EventBytes);
                var chunks = batches.Write(json);
                texts.AddRange(chunks.SkipLast(1));
                if (random.Next(OneCompletedIn) == 0)
                {
                    run.Ledger.Expect(json, $"{queue.Kind} of the flood");
                    last.Add(chunks[^1]);
                }
                else
                {
                    run.DeadLetters.ExpectGivenUp(chunks.SkipLast(1));
                }
            }

            await queue.PutUntilAcceptedAsync(texts, cancellationToken);
        }

        return last;
    }
}
