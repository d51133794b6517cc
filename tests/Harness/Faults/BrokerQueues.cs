using System.Globalization;
using Harness.Components;

namespace Harness.Faults;

/// <summary>A queue as its broker sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Leader">The node that leads it; empty where none does, or for a classic queue.</param>
/// <param name="Ready">Messages that no consumer has.</param>
/// <param name="Held">Messages that a consumer has and has not acknowledged.</param>
internal sealed record BrokerQueueState(string Name, string Leader, int Ready, int Held)
{
    /// <summary>True for a queue that chunks wait in.</summary>
    public bool IsPartition => Name.StartsWith("telemetry.chunks.", StringComparison.Ordinal);
}

/// <summary>What a broker's own tools say of a virtual host.</summary>
internal sealed class BrokerQueues(RabbitMqServer broker, string virtualHost)
{
    /// <summary>Its queues.</summary>
    public async Task<IReadOnlyList<BrokerQueueState>> ListAsync(CancellationToken cancellationToken)
    {
        var rows = await RowsAsync(
            [
                "list_queues", "-p", virtualHost, "--no-table-headers",
                "name", "leader", "messages_ready", "messages_unacknowledged",
            ],
            cancellationToken);
        return [.. rows.Select(row => new BrokerQueueState(row[0], row[1], Number(row[2]), Number(row[3])))];
    }

    /// <summary>The process's own TCP port that the active consumer of a queue is connected from.</summary>
    public async Task<int> ActiveConsumerPortAsync(string queue, CancellationToken cancellationToken)
    {
        var consumers = await RowsAsync(
            ["list_consumers", "-p", virtualHost, "--no-table-headers", "queue_name", "channel_pid", "active"],
            cancellationToken);
        var channel = consumers.Single(row => row[0] == queue && row[2] == "true")[1];
        var channels = await RowsAsync(["list_channels", "--no-table-headers", "pid", "connection"], cancellationToken);
        var connection = channels.Single(row => row[0] == channel)[1];
        var connections = await RowsAsync(["list_connections", "--no-table-headers", "pid", "peer_port"], cancellationToken);
        return Number(connections.Single(row => row[0] == connection)[1]);
    }

    private async Task<List<string[]>> RowsAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var output = await broker.ControlAsync(arguments, cancellationToken);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))];
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : 0;
}
