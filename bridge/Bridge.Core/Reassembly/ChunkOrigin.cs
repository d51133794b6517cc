namespace Bridge.Core.Reassembly;

/// <summary>Where a chunk came from; travels with it through its partition.</summary>
/// <param name="Source">The cloud queue's URL.</param>
/// <param name="Receiver">The replica that received it.</param>
/// <param name="ReceiveCount">How often the cloud queue had delivered it.</param>
/// <param name="Seen">When it was first received: the assembly time-out runs from the first of a batch.</param>
internal sealed record ChunkOrigin(string Source, string Receiver, long ReceiveCount, DateTimeOffset Seen)
{
    /// <summary>When the cloud queue accepted it, by the cloud's clock; null where that is not known.</summary>
    public DateTimeOffset? Enqueued { get; init; }

    /// <summary>The deferral that put it at the tail of its partition; null until it is deferred.</summary>
    public long? Deferral { get; init; }
}

/// <summary>Names of the headers that a chunk carries through its partition.</summary>
internal static class ChunkHeaders
{
    /// <summary>The cloud queue's URL that it came from.</summary>
    public const string Source = "x-telemetry-source";

    /// <summary>The replica that received it.</summary>
    public const string Receiver = "x-telemetry-receiver";

    /// <summary>How often the cloud queue had delivered it.</summary>
    public const string ReceiveCount = "x-telemetry-receive-count";

    /// <summary>Unix milliseconds when it was received: the assembly time-out runs from the first of a batch, also across a fail-over.</summary>
    public const string Seen = "x-telemetry-seen";

    /// <summary>Unix milliseconds when the cloud queue accepted it: tells how old its events are when they are published.</summary>
    public const string Enqueued = "x-telemetry-enqueued";

    /// <summary>Number of the deferral that put it at the tail of its partition; only on deferred chunks.</summary>
    public const string Deferral = "x-telemetry-deferral";
}
