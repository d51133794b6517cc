namespace Harness.Components;

/// <summary>A RabbitMQ cluster on loopback. Nodes are killed and started again one by one.</summary>
public sealed class RabbitMqCluster : IAsyncDisposable
{
    private RabbitMqCluster(IReadOnlyList<RabbitMqServer> nodes) => Nodes = nodes;

    /// <summary>The nodes, the first to start first.</summary>
    public IReadOnlyList<RabbitMqServer> Nodes { get; }

    /// <summary>
    /// Starts a cluster and waits until every node takes connections: three of them take about fifteen seconds.
    /// </summary>
    /// <exception cref="InvalidOperationException">A node did not start.</exception>
    public static async Task<RabbitMqCluster> StartAsync(int nodes, CancellationToken cancellationToken = default)
    {
        var identity = new ErlangCluster(nodes);
        var cluster = new RabbitMqCluster(
            [.. Enumerable.Range(0, nodes).Select(node => new RabbitMqServer(new RabbitMqFolder(identity, node)))]);
        try
        {
            // The others join the one that is there.
            await cluster.Nodes[0].StartAgainAsync(cancellationToken);
            await Task.WhenAll(cluster.Nodes.Skip(1).Select(node => node.StartAgainAsync(cancellationToken)));
            await Task.WhenAll(cluster.Nodes.Select(node => UntilBootedAsync(node, cancellationToken)));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    // A node takes connections a moment before it counts as booted, and until then no virtual host that is made elsewhere is
    // started on it, ever: clients that meet it are refused.
    private static Task UntilBootedAsync(RabbitMqServer node, CancellationToken cancellationToken) => node.EvaluateAsync(
        "true = (fun Wait(Left) -> rabbit:is_booted() orelse (Left > 0 andalso begin timer:sleep(100), Wait(Left - 1) end) end)(300).",
        cancellationToken);

    /// <summary>Ends every node and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        // The first one's name server serves them all.
        foreach (var node in Nodes.Reverse())
            await node.DisposeAsync();
    }
}
