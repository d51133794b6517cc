namespace Harness.Faults.Scenarios;

/// <summary>The broker is killed at random moments and started again; what it has confirmed is on its disk.</summary>
internal sealed class BrokerKilled() : FaultScenario("broker-kill", "SIGKILL and restart of the broker")
{
    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        foreach (var moment in run.Moments(run.Scale.Repeats))
        {
            await run.UntilArrivedAsync(moment, cancellationToken);
            await run.Components.RabbitMq.KillAsync(cancellationToken);
            await run.Components.RabbitMq.StartAgainAsync(CancellationToken.None);
            await run.UntilRecoveredAsync(cancellationToken);
        }
    }
}
