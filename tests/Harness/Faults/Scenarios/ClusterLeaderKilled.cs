using Harness.Components;

namespace Harness.Faults.Scenarios;

/// <summary>
/// Of three brokers the one that leads the queues is killed, and starts again once the others have gone on. Bridges reach them
/// through one address, as through a load balancer.
/// </summary>
internal sealed class ClusterLeaderKilled()
    : FaultScenario("broker-cluster", "SIGKILL of the node of three that leads the queues")
{
    private const int Nodes = 3;

    public override async Task<FaultResult> RunAsync(
        FaultComponents components, FaultScale scale, int seed, CancellationToken cancellationToken)
    {
        await using var cluster = await RabbitMqCluster.StartAsync(Nodes, cancellationToken);
        await using var balancer = new TcpProxy([.. cluster.Nodes.Select(node => node.Port)]);
        var clustered = components with { RabbitMq = cluster.Nodes[0], Cluster = cluster, Entrance = balancer.Port };
        return await base.RunAsync(clustered, scale, seed, cancellationToken);
    }

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        foreach (var moment in run.Moments(run.Scale.Repeats))
        {
            await run.UntilArrivedAsync(moment, cancellationToken);
            var leader = await LeaderAsync(run, cancellationToken);
            await leader.KillAsync(cancellationToken);
            await run.UntilRecoveredAsync(cancellationToken);
            await leader.StartAgainAsync(CancellationToken.None);
        }
    }

    private static async Task<RabbitMqServer> LeaderAsync(FaultRun run, CancellationToken cancellationToken)
    {
        var queues = await run.Broker.ListAsync(cancellationToken);
        var name = queues.Where(queue => queue.IsPartition).CountBy(queue => queue.Leader).MaxBy(leader => leader.Value).Key;
        return run.Components.Cluster!.Nodes.FirstOrDefault(node => node.NodeName == name)
            ?? throw new FaultException($"no node leads the queues: {string.Join(", ", queues)}");
    }
}
