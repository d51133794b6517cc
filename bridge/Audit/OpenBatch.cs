namespace Bridge.Audit;

/// <summary>A batch of which some events have not been seen yet.</summary>
/// <param name="events">How many it holds.</param>
internal sealed class OpenBatch(uint events)
{
    /// <summary>How many events the batch holds.</summary>
    public uint Events => events;

    /// <summary>Ordinals of those seen.</summary>
    public IntervalSet Seen { get; } = new();

    /// <summary>True when nothing is missing any more.</summary>
    public bool IsWhole => Seen.Count == events;
}
