using Harness.Components;

namespace Harness.Faults.Scenarios;

/// <summary>
/// Large batches come halfway; the bridge that is the active consumer of a partition, and holds their chunks, is killed. The
/// other halves then come, and the batches must become whole on the other bridge.
/// </summary>
internal sealed class AssemblerKilled() : FaultScenario("assembler-kill", "SIGKILL of the active assembler holding half batches")
{
    private static readonly TimeSpan BeyondTheLease = TimeSpan.FromSeconds(10);

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        foreach (var moment in run.Moments(run.Scale.Repeats))
        {
            await run.UntilArrivedAsync(moment, cancellationToken, onTheWay: 0.02);
            var batches = new HalfBatches(run);
            var held = await batches.PutFirstAsync(cancellationToken);
            await run.Bridges.KillAsync(await AssemblerAsync(run, held, cancellationToken), cancellationToken);
            await batches.CompleteAsync(TimeProvider.System.GetTimestamp(), run.Scale.Lease + BeyondTheLease, cancellationToken);
            await run.Bridges.StartAsync(1, cancellationToken);
        }
    }

    private static async Task<BridgeProcess> AssemblerAsync(
        FaultRun run, IReadOnlyList<BrokerQueueState> held, CancellationToken cancellationToken)
    {
        var port = await run.Broker.ActiveConsumerPortAsync(held[run.Random.Next(held.Count)].Name, cancellationToken);
        return run.Bridges.Running.Single(bridge => TcpSockets.IsHeldBy(bridge.Process.Id, port));
    }
}
