namespace Harness.Faults.Scenarios;

/// <summary>
/// Two more replicas come while events flow, and two go again in order: nothing stops, and nothing waits for a lease.
/// </summary>
internal sealed class Scaled() : FaultScenario("scale", "scale 1 to 3 to 1 replicas")
{
    protected override int Bridges => 1;

    protected override FaultScale Scale(FaultScale scale) => scale with { Lease = TimeSpan.FromMinutes(10) };

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        await run.UntilArrivedAsync(0.05, cancellationToken);
        await run.Bridges.StartAsync(2, cancellationToken);
        await run.UntilArrivedAsync(0.3 + (0.3 * run.Random.NextDouble()), cancellationToken);

        // The oldest first: it is the active consumer of every partition.
        await Task.WhenAll(run.Bridges.Running.Take(2).Select(bridge => run.Bridges.TerminateAsync(bridge, cancellationToken)));
    }
}
