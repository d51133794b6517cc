using Harness.Components;

namespace Local.Demo;

/// <summary>What the bridges' metrics say of a queue's messages.</summary>
internal static class BridgeMessages
{
    // Received ones would count a redelivered message twice.
    private const string Deleted = "bridge_messages_deleted_total{";

    /// <summary>Messages taken out of the queue so far, by all bridges together.</summary>
    public static async Task<long> CountAsync(
        IReadOnlyList<BridgeProcess> bridges, BridgeQueue queue, CancellationToken cancellationToken)
    {
        var count = 0.0;
        foreach (var bridge in bridges)
        {
            var metrics = await bridge.MetricsAsync(cancellationToken);
            count += metrics
                .Where(sample => sample.Key.StartsWith(Deleted, StringComparison.Ordinal)
                    && sample.Key.Contains(queue.Kind is "sqs" ? "aws_sqs" : "azure_storage_queue", StringComparison.Ordinal))
                .Sum(sample => sample.Value);
        }

        return (long)count;
    }
}
