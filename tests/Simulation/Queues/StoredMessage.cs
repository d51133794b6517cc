namespace Simulation.Queues;

/// <summary>A message that the queue service holds.</summary>
internal sealed class StoredMessage(string id, ReadOnlyMemory<byte> text, TimeSpan at)
{
    public string Id => id;

    public ReadOnlyMemory<byte> Text => text;

    public TimeSpan EnqueuedAt => at;

    /// <summary>Until when nobody is given it.</summary>
    public TimeSpan VisibleAt { get; set; }

    /// <summary>What proves the present lease; null before the first.</summary>
    public string? Receipt { get; set; }

    /// <summary>Who was given it last and has not given it back; null when nobody has.</summary>
    public string? Holder { get; set; }

    public int Deliveries { get; set; }
}
