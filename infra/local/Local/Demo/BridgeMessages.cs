using Local.Components;

namespace Local.Demo;

/// <summary>What the bridges' metrics say of a queue's messages.</summary>
internal static class BridgeMessages
{
    private const string Received = "bridge_messages_received_total{";

    /// <summary>Messages received from the queue so far, over all bridges.</summary>
    public static async Task<long> CountAsync(IReadOnlyList<BridgeProcess> bridges, Uri queue, CancellationToken cancellationToken)
    {
        var count = 0.0;
        foreach (var bridge in bridges)
        {
            var metrics = await bridge.MetricsAsync(cancellationToken);
            count += metrics
                .Where(sample => sample.Key.StartsWith(Received, StringComparison.Ordinal)
                    && sample.Key.Contains($"\"{queue}\"", StringComparison.Ordinal))
                .Sum(sample => sample.Value);
        }

        return (long)count;
    }
}
