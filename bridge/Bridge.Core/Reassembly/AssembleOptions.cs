namespace Bridge.Core.Reassembly;

/// <summary>How batches that arrive in chunks are assembled: the section <c>Bridge:Assemble</c>.</summary>
internal sealed record AssembleOptions
{
    /// <summary>The configuration section that these are bound from.</summary>
    public const string Section = "Bridge:Assemble";

    /// <summary>
    /// Number of queues <c>telemetry.chunks.N</c> for chunks, 1 to 256. Default 8. Every replica must have the same number, so
    /// that all chunks of a batch reach the same queue.
    /// </summary>
    public int Partitions { get; init; } = 8;

    /// <summary>
    /// How long a batch may stay incomplete before its chunks are dead-lettered, 1 s to 25 min. Default 10 min. RabbitMQ closes a
    /// channel that leaves a message unacknowledged for 30 minutes.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Maximum bytes of chunks in this replica's memory, divided equally among the partitions; 8 MiB to 4 GiB. Default 32 MiB.
    /// Above it some batches, each in its turn, return to the tail of their queue. A batch that is larger than the limit is held
    /// alone.
    /// </summary>
    public long MaxBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>
    /// Minimum time that a batch waits for its chunks after a fail-over or a delay: a minute, or <see cref="Timeout"/> if that is
    /// less.
    /// </summary>
    public TimeSpan Grace => Timeout < TimeSpan.FromMinutes(1) ? Timeout : TimeSpan.FromMinutes(1);

    /// <summary>All errors, one line each.</summary>
    public IEnumerable<string> Validate()
    {
        if (Partitions is < 1 or > 256)
            yield return $"{Section}:Partitions is {Partitions}: give 1 to 256, the same on every replica";
        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromMinutes(25))
            yield return $"{Section}:Timeout is {Timeout}: give 00:00:01 to 00:25:00; RabbitMQ takes chunks back after 30 min";
        if (MaxBytes is < 8L * 1024 * 1024 or > 4L * 1024 * 1024 * 1024)
            yield return $"{Section}:MaxBytes is {MaxBytes}: give 8388608 to 4294967296 bytes";
    }
}
