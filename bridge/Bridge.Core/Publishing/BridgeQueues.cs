namespace Bridge.Core.Publishing;

/// <summary>Names of the bridge's own queues in the broker. They are public: users grant permissions on them.</summary>
internal static class BridgeQueues
{
    /// <summary>The queue for dead letters.</summary>
    public const string Dead = "telemetry.dead";

    /// <summary>Name of the queue for the chunks of a partition.</summary>
    public static string Chunks(int partition) => $"telemetry.chunks.{partition}";
}

/// <summary>The state of a queue of the broker, as a passive declaration returns it.</summary>
/// <param name="Waiting">Messages that no consumer holds.</param>
/// <param name="Consumers">Number of consumers.</param>
internal sealed record WatchedQueue(long Waiting, long Consumers);

/// <summary>The last observed state of the broker.</summary>
/// <param name="Fault">Why the broker does not answer; null when it does.</param>
/// <param name="Milliseconds">Duration of the last answer; null before the first.</param>
/// <param name="Partitions">The chunk queues, by their number; null before the first answer.</param>
/// <param name="Dead">The dead-letter queue.</param>
internal sealed record WatchedBroker(
    string? Fault, double? Milliseconds, IReadOnlyList<WatchedQueue>? Partitions, WatchedQueue? Dead);
