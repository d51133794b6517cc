namespace Bridge.CloudQueues;

/// <summary>How messages are received from the cloud queues: the section <c>Bridge:Receive</c>.</summary>
internal sealed record ReceiveOptions
{
    /// <summary>The configuration section that these are bound from.</summary>
    public const string Section = "Bridge:Receive";

    /// <summary>
    /// How long a message stays invisible to other replicas. The lease is renewed after half of this time while the message is
    /// being processed. Whole seconds, 10 s to 12 h. Default 60 s. After a replica has died, its messages reappear after this
    /// time.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Maximum concurrent receive calls for each queue, 1 to 64. Default 8. A quiet queue gets one call at a time; further calls
    /// are made while calls return as many messages as they may.
    /// </summary>
    public int MaxPolls { get; init; } = 8;

    /// <summary>
    /// A message that fails in its delivery of this number or a later one is dead-lettered as <c>failed</c>, provided that the
    /// broker accepts other messages; 5 to 10,000. Default 100. A small number would give up messages after a long outage of the
    /// broker.
    /// </summary>
    public int MaxDeliveries { get; init; } = 100;

    /// <summary>
    /// Maximum bytes of received messages that are being processed, over all queues; 4 MiB to 4 GiB. Default 6 MiB. Receiving
    /// pauses at the limit. Messages that came in one answer of the queue keep the whole answer in memory until the last one is
    /// processed.
    /// </summary>
    public long MaxBytes { get; init; } = 6L * 1024 * 1024;

    /// <summary>
    /// Maximum bytes of opened batches, over all queues; 4 MiB to 4 GiB. Default 16 MiB. Further batches wait to be opened. A
    /// batch that is larger than the limit is opened alone.
    /// </summary>
    public long MaxOpenedBytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>All errors, one line each.</summary>
    public IEnumerable<string> Validate()
    {
        if (Lease < TimeSpan.FromSeconds(10) || Lease > TimeSpan.FromHours(12) || Lease.Ticks % TimeSpan.TicksPerSecond != 0)
            yield return $"{Section}:Lease is {Lease}: give whole seconds from 00:00:10 to 12:00:00";
        if (MaxPolls is < 1 or > 64)
            yield return $"{Section}:MaxPolls is {MaxPolls}: give 1 to 64";
        if (MaxDeliveries is < 5 or > 10_000)
            yield return $"{Section}:MaxDeliveries is {MaxDeliveries}: give 5 to 10000";
        if (MaxOpenedBytes is < 4L * 1024 * 1024 or > 4L * 1024 * 1024 * 1024)
            yield return $"{Section}:MaxOpenedBytes is {MaxOpenedBytes}: give 4194304 to 4294967296 bytes";
        if (MaxBytes is < 4L * 1024 * 1024 or > 4L * 1024 * 1024 * 1024)
            yield return $"{Section}:MaxBytes is {MaxBytes}: give 4194304 to 4294967296 bytes";
    }
}
