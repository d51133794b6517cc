namespace Harness.Faults.Scenarios;

/// <summary>
/// An operator deletes all queues of the bridge's own while bridges hold the chunks of half batches, and events flow on at once.
/// What a bridge holds must survive; what lies in a queue and nobody holds is deleted with it by whoever deletes, so nothing lies
/// there.
/// </summary>
internal sealed class OwnQueuesDeleted() : FaultScenario("own-queues-deleted", "own queues deleted in mid-flow")
{
    private const int OwnQueues = 9;
    private static readonly TimeSpan RedeclareTimeout = TimeSpan.FromSeconds(30);

    // The queues are made again within seconds; what came meanwhile is given back and received again.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        foreach (var moment in run.Moments(run.Scale.Repeats))
        {
            await run.UntilArrivedAsync(moment, cancellationToken, onTheWay: 0.02);
            var batches = new HalfBatches(run);
            await batches.PutFirstAsync(cancellationToken);
            var struck = TimeProvider.System.GetTimestamp();
            await run.Tap.DeleteQueuesAsync(await OwnAsync(run, cancellationToken));
            run.Flow.AllowMore(0.1);
            await batches.CompleteAsync(struck, Longest, cancellationToken);
            await Wait.UntilAsync(
                async () => (await OwnAsync(run, cancellationToken)).Count == OwnQueues,
                RedeclareTimeout,
                run.Describe,
                cancellationToken);
        }

        // No connection was closed: only a lease that ended too early explains a second time.
        if (run.Ledger.Duplicates > 0 && await run.Bridges.SumAsync("bridge_leases_lost_total", cancellationToken) == 0)
            throw new FaultException($"{run.Ledger.Duplicates} events came again without a reason: {run.Describe()}");
    }

    private static async Task<IReadOnlyList<string>> OwnAsync(FaultRun run, CancellationToken cancellationToken) =>
        [
            .. (await run.Broker.ListAsync(cancellationToken))
                .Select(queue => queue.Name)
                .Where(name => name.StartsWith("telemetry.", StringComparison.Ordinal)),
        ];
}
