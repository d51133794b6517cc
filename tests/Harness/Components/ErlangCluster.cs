namespace Harness.Components;

/// <summary>What the nodes of one broker share: the secret, the name server, and who they are. One node is a cluster too.</summary>
internal sealed class ErlangCluster(int nodes)
{
    public string Cookie { get; } = Guid.NewGuid().ToString("N");

    public int EpmdPort { get; } = FreePort.Next();

    /// <summary>AMQP ports, one a node.</summary>
    public IReadOnlyList<int> Ports { get; } = [.. Enumerable.Range(0, nodes).Select(_ => FreePort.Next())];

    /// <summary>Lines of each node's configuration.</summary>
    public IEnumerable<string> Settings => nodes == 1
        ? []
        : Ports.Select((port, node) => $"cluster_formation.classic_config.nodes.{node + 1} = {NameOf(port)}")
            .Prepend("cluster_formation.peer_discovery_backend = classic_config");

    public static string NameOf(int port) => $"telemetry{port}@localhost";
}
