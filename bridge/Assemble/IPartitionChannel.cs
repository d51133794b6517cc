namespace Bridge.Assemble;

/// <summary>What a partition's chunks are settled on. Nothing here fails: on a closed channel the broker hands the chunks out again.</summary>
internal interface IPartitionChannel
{
    /// <summary>The partition's queue.</summary>
    string Queue { get; }

    /// <summary>Tells the broker that chunks are settled.</summary>
    Task AcknowledgeAsync(IReadOnlyList<ChunkDelivery> chunks);

    /// <summary>Gives everything back and begins to consume anew, since the partition's prefetch has changed; returns at once.</summary>
    void ConsumeAnew();

    /// <summary>Gives chunks back to the broker, which hands them to the active consumer again.</summary>
    Task ReturnAsync(IReadOnlyList<ChunkDelivery> chunks);
}
