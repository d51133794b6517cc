namespace Bridge.Core.Reassembly;

/// <summary>The origin of a chunk. It accompanies the chunk through its partition, as headers.</summary>
/// <param name="Source">The cloud queue's URL.</param>
/// <param name="Receiver">The replica that received the chunk.</param>
/// <param name="ReceiveCount">How often the cloud queue had delivered the chunk.</param>
/// <param name="Seen">When the chunk was first received. The time-out of a batch starts with its first chunk.</param>
internal sealed record ChunkOrigin(string Source, string Receiver, long ReceiveCount, DateTimeOffset Seen)
{
    /// <summary>When the cloud queue accepted the chunk, by the cloud's clock; null when this is not known.</summary>
    public DateTimeOffset? Enqueued { get; init; }

    /// <summary>Number of the deferral that put the chunk at the tail of its partition; null before the first.</summary>
    public long? Deferral { get; init; }
}

/// <summary>Names of the headers of a chunk in its partition.</summary>
internal static class ChunkHeaders
{
    /// <summary><see cref="ChunkOrigin.Source"/>.</summary>
    public const string Source = "x-telemetry-source";

    /// <summary><see cref="ChunkOrigin.Receiver"/>.</summary>
    public const string Receiver = "x-telemetry-receiver";

    /// <summary><see cref="ChunkOrigin.ReceiveCount"/>.</summary>
    public const string ReceiveCount = "x-telemetry-receive-count";

    /// <summary><see cref="ChunkOrigin.Seen"/> in Unix milliseconds. With it the time-out continues after a fail-over.</summary>
    public const string Seen = "x-telemetry-seen";

    /// <summary>
    /// <see cref="ChunkOrigin.Enqueued"/> in Unix milliseconds. It shows the age of the events at their publication.
    /// </summary>
    public const string Enqueued = "x-telemetry-enqueued";

    /// <summary><see cref="ChunkOrigin.Deferral"/>. Only deferred chunks have it.</summary>
    public const string Deferral = "x-telemetry-deferral";
}
