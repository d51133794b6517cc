namespace Harness.Faults.Scenarios;

/// <summary>
/// One of two bridges, chosen at random, is killed at random moments and replaced. What it had leased is seen again after the
/// lease: the time to recover runs from the last kill to the last event.
/// </summary>
internal sealed class BridgeKilled() : FaultScenario("bridge-kill", "SIGKILL of a bridge at random moments")
{
    private static readonly TimeSpan BeyondTheLease = TimeSpan.FromSeconds(10);

    private long _lastKill;

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        foreach (var moment in run.Moments(run.Scale.Repeats + 1))
        {
            await run.UntilArrivedAsync(moment, cancellationToken);
            await run.Bridges.KillAsync(run.Bridges.Running[run.Random.Next(run.Bridges.Running.Count)], cancellationToken);
            _lastKill = TimeProvider.System.GetTimestamp();
            await run.Bridges.StartAsync(1, cancellationToken);
        }
    }

    protected override async Task EndAsync(FaultRun run, CancellationToken cancellationToken)
    {
        await run.UntilAllArrivedAsync(cancellationToken);
        var took = TimeProvider.System.GetElapsedTime(_lastKill);
        run.NoteRecovery(took);
        if (took > run.Scale.Lease + BeyondTheLease)
            throw new FaultException($"the last event came {took.TotalSeconds:0.0} s after the kill, the lease being {run.Scale.Lease}: {run.Describe()}");
    }
}
