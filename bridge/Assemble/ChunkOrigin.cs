namespace Bridge.Assemble;

/// <summary>Where a chunk came from; travels with it through its partition.</summary>
/// <param name="Source">The cloud queue's URL.</param>
/// <param name="Receiver">The replica that received it.</param>
/// <param name="ReceiveCount">How often the cloud queue had delivered it.</param>
/// <param name="Seen">When it was first received: the assembly time-out runs from the first of a batch.</param>
internal sealed record ChunkOrigin(string Source, string Receiver, long ReceiveCount, DateTimeOffset Seen)
{
    /// <summary>When the cloud queue accepted it, by the cloud's clock; null where that is not known.</summary>
    public DateTimeOffset? Enqueued { get; init; }

    /// <summary>The deferral that put it at the tail of its partition; null until it gives way to others.</summary>
    public long? Deferral { get; init; }
}
