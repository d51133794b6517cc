namespace Harness.Faults.Scenarios;

/// <summary>An operator closes every connection of the broker at random moments.</summary>
internal sealed class ConnectionsClosed() : FaultScenario("connections-closed", "close_all_connections")
{
    private const string Reconnects = "bridge_broker_reconnects_total";
    private static readonly TimeSpan ReconnectTimeout = TimeSpan.FromSeconds(60);

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        foreach (var moment in run.Moments(run.Scale.Repeats))
        {
            await run.UntilArrivedAsync(moment, cancellationToken);
            var before = await run.Bridges.SumAsync(Reconnects, cancellationToken);
            await run.Components.RabbitMq.ControlAsync(["close_all_connections", "--global", "a fault"], cancellationToken);
            await Wait.UntilAsync(
                async () =>
                    await run.Bridges.SumAsync(Reconnects, cancellationToken) >= before + Bridges, ReconnectTimeout, run.Describe,
                    cancellationToken);

            // The tap's connection was closed with the bridges': before the command had ended.
            await run.UntilRecoveredAsync(cancellationToken, run.Tap.LastClosed);
        }
    }
}
