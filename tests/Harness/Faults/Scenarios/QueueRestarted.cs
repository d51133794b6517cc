using Harness.Components;

namespace Harness.Faults.Scenarios;

/// <summary>
/// Both queue services are stopped and started again, with what they hold on disk: SQS at once (SIGKILL), the emulator of Azure,
/// which writes only at its end, in order.
/// </summary>
internal sealed class QueueRestarted() : FaultScenario("queue-restart", "queue services stopped and started again")
{
    public override async Task<FaultResult> RunAsync(
        FaultComponents components, FaultScale scale, int seed, CancellationToken cancellationToken)
    {
        await using var azurite = await AzuriteServer.StartAsync(keepsQueues: true, cancellationToken);
        await using var fauxqs = await FauxqsServer.StartAsync(keepsQueues: true, cancellationToken);
        return await base.RunAsync(components with { Azurite = azurite, Fauxqs = fauxqs }, scale, seed, cancellationToken);
    }

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        var (azurite, fauxqs) = (run.Components.Azurite, run.Components.Fauxqs);
        foreach (var moment in run.Moments(run.Scale.Repeats))
        {
            await run.UntilArrivedAsync(moment, cancellationToken, onTheWay: 0.3);
            await Task.WhenAll(azurite.TerminateAsync(cancellationToken), fauxqs.KillAsync(cancellationToken));
            await run.HoldAsync(cancellationToken);
            var restarted = TimeProvider.System.GetTimestamp();
            await Task.WhenAll(azurite.StartAgainAsync(CancellationToken.None), fauxqs.StartAgainAsync(CancellationToken.None));
            await run.UntilRecoveredAsync(cancellationToken, restarted, within: FaultRun.SlowRecovery);
        }
    }
}
