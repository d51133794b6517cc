namespace Bridge.RabbitMq.Partitions;

/// <summary>
/// When to leave each partition to other replicas: at random times, so that replicas that know nothing of each other share them
/// out.
/// </summary>
internal sealed class PartitionMoves
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);

    private readonly DateTimeOffset[] _due;
    private readonly TimeProvider _clock;
    private readonly Random _random;

    public PartitionMoves(int partitions, TimeProvider clock, Random random)
    {
        _due = new DateTimeOffset[partitions];
        _clock = clock;
        _random = random;
        for (var partition = 0; partition < partitions; partition++)
            Plan(partition);
    }

    /// <summary>Whether it is time to leave the partition.</summary>
    public bool IsDue(int partition) => _clock.GetUtcNow() >= _due[partition];

    /// <summary>Plans the next time: in 30 to 90 seconds.</summary>
    public void Plan(int partition) => _due[partition] = _clock.GetUtcNow() + (Shortest * (1 + (2 * _random.NextDouble())));
}
