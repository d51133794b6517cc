namespace Bridge.Core.Reassembly;

/// <summary>The replicas that this one knows: those that received chunks of batches assembled here.</summary>
internal sealed class KnownReplicas(TimeProvider clock)
{
    private const int Capacity = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    /// <summary>Records that these replicas have just received chunks.</summary>
    public void Note(IReadOnlyList<string> names)
    {
        lock (_gate)
        {
            foreach (var name in names)
                _seen[name] = clock.GetUtcNow();
            while (_seen.Count > Capacity)
                _seen.Remove(_seen.MinBy(known => known.Value).Key);
        }
    }

    /// <summary>Returns their names, each with the time of its last batch.</summary>
    public IReadOnlyList<KeyValuePair<string, DateTimeOffset>> All()
    {
        lock (_gate)
            return [.. _seen];
    }
}
