namespace Bridge.CloudQueues;

/// <summary>How messages are taken from the cloud queues: the section <c>Bridge:Receive</c>.</summary>
internal sealed record ReceiveOptions
{
    /// <summary>The configuration section that these are bound from.</summary>
    public const string Section = "Bridge:Receive";

    /// <summary>
    /// How long a message stays invisible to other replicas; renewed at half of it while its work goes on. Whole seconds, 10 s to
    /// 12 h. Default 60 s. It is how long the messages of a replica that died take to be seen again.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Receive calls at a time for each queue, 1 to 64. Default 8. One is made while the queue is quiet; more while calls come back full.
    /// </summary>
    public int MaxPolls { get; init; } = 8;

    /// <summary>
    /// Deliveries of a message after which it is dead-lettered as <c>failed</c> when it fails once more while the broker takes
    /// others; 5 to 10,000. Default 100. Too few would give up messages that only met a long trouble of the broker.
    /// </summary>
    public int MaxDeliveries { get; init; } = 100;

    /// <summary>
    /// Most bytes that received messages in work may hold, over all queues; 4 MiB to 4 GiB. Default 6 MiB. Receiving pauses at
    /// the limit. Messages whose texts share one answer of the queue hold that answer until the last of them is done.
    /// </summary>
    public long MaxBytes { get; init; } = 6L * 1024 * 1024;

    /// <summary>
    /// Bytes of opened batches at most, over all queues; 4 MiB to 4 GiB. Default 16 MiB. Further batches wait to be opened; one that
    /// is larger by itself is opened alone.
    /// </summary>
    public long MaxOpenedBytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>Everything that is wrong, one line each.</summary>
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
