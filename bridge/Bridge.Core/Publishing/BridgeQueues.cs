namespace Bridge.Core.Publishing;

/// <summary>Names of the bridge's own queues in the broker. Users see them, and grant permissions on them.</summary>
internal static class BridgeQueues
{
    /// <summary>Keeps what cannot be published.</summary>
    public const string Dead = "telemetry.dead";

    /// <summary>Name of the queue that the chunks of a partition wait in.</summary>
    public static string Chunks(int partition) => $"telemetry.chunks.{partition}";
}

/// <summary>A queue of the broker as anybody sees it who asks for it passively.</summary>
/// <param name="Waiting">Messages that nobody holds.</param>
/// <param name="Consumers">Its consumers.</param>
internal sealed record WatchedQueue(long Waiting, long Consumers);

/// <summary>What was seen last.</summary>
/// <param name="Fault">Why the broker does not answer; null while it does.</param>
/// <param name="Milliseconds">How long an answer took; null before the first.</param>
/// <param name="Partitions">The chunk queues, by their number; null before the first answer.</param>
/// <param name="Dead">The dead-letter queue.</param>
internal sealed record WatchedBroker(string? Fault, double? Milliseconds, IReadOnlyList<WatchedQueue>? Partitions, WatchedQueue? Dead);
