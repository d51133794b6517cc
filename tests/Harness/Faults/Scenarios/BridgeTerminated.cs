namespace Harness.Faults.Scenarios;

/// <summary>
/// The only bridge is asked to end while it is busy, with leases far longer than the run: another one receives the rest at once,
/// not after the lease. The second time the broker is blocked, so that the work under way cannot end and must be given back.
/// </summary>
internal sealed class BridgeTerminated() : FaultScenario("bridge-term", "SIGTERM while busy, and while the broker blocks")
{
    private static readonly TimeSpan LongLease = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan MostToEnd = TimeSpan.FromSeconds(30);

    protected override int Bridges => 1;

    protected override FaultScale Scale(FaultScale scale) =>
        scale with { Lease = LongLease, ConfirmTimeout = TimeSpan.FromMinutes(1) };

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        var moments = run.Moments(strikes: 2);
        await run.UntilArrivedAsync(moments[0], cancellationToken);
        await TerminateAsync(run, cancellationToken);
        await ReplaceAsync(run, cancellationToken);

        // Giving up takes the bridge's whole 22 s: too long for the short form.
        if (run.Scale.Repeats == 1)
            return;
        await run.UntilArrivedAsync(moments[1], cancellationToken);
        await run.Components.RaiseMemoryAlarmAsync(cancellationToken);
        try
        {
            await TerminateAsync(run, cancellationToken);
        }
        finally
        {
            await run.Components.EndMemoryAlarmAsync();
        }

        await ReplaceAsync(run, cancellationToken);
    }

    // Leases that were not given back would end after the timeout of every wait.
    private static async Task ReplaceAsync(FaultRun run, CancellationToken cancellationToken)
    {
        await run.Bridges.StartAsync(1, cancellationToken);
        await run.UntilRecoveredAsync(cancellationToken);
    }

    private static async Task TerminateAsync(FaultRun run, CancellationToken cancellationToken)
    {
        var bridge = run.Bridges.Running[0];
        var took = await run.Bridges.TerminateAsync(bridge, cancellationToken);
        if (took > MostToEnd)
            throw new FaultException($"a bridge took {took.TotalSeconds:0.0} s to end:{bridge.Process.Tail()}");
    }
}
