namespace Harness.Faults.Scenarios;

/// <summary>
/// The broker stops in its tracks with much outstanding, for longer than its answer is awaited: connections stay open and nothing
/// answers. Meanwhile the queues fill, and the bridges' memory must not.
/// </summary>
internal sealed class BrokerFrozen() : FaultScenario("broker-stop", "SIGSTOP of the broker with much outstanding")
{
    private const double MostMiB = 300;

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        await run.UntilArrivedAsync(run.Moments(strikes: 3)[0], cancellationToken, onTheWay: 0.6);
        run.Components.RabbitMq.Freeze();
        try
        {
            await run.HoldAsync(cancellationToken);
        }
        finally
        {
            run.Components.RabbitMq.Thaw();
        }

        await run.UntilRecoveredAsync(cancellationToken);
        if (run.Bridges.PeakMiB > MostMiB)
            throw new FaultException($"a bridge used {run.Bridges.PeakMiB:0} MiB, the bound being {MostMiB}: {run.Describe()}");
    }
}
