namespace Harness.Faults.Scenarios;

/// <summary>The broker's memory alarm blocks publishers: it reads nothing more from them until the alarm is over.</summary>
internal sealed class MemoryAlarm() : FaultScenario("memory-alarm", "memory alarm blocks publishers")
{
    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        await run.UntilArrivedAsync(run.Moments(strikes: 2)[0], cancellationToken, onTheWay: 0.5);
        await run.Components.RaiseMemoryAlarmAsync(cancellationToken);
        try
        {
            await run.HoldAsync(cancellationToken);
        }
        finally
        {
            await run.Components.EndMemoryAlarmAsync();
        }

        await run.UntilRecoveredAsync(cancellationToken);
    }
}
