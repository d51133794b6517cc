namespace Bridge.Core.Reassembly;

/// <summary>Other replicas as far as this one has heard of them: those that had received chunks which were put together here.</summary>
internal sealed class KnownReplicas(TimeProvider clock)
{
    private const int Most = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    /// <summary>Notes that these have been at work just now.</summary>
    public void Note(IReadOnlyList<string> names)
    {
        lock (_gate)
        {
            foreach (var name in names)
                _seen[name] = clock.GetUtcNow();
            while (_seen.Count > Most)
                _seen.Remove(_seen.MinBy(known => known.Value).Key);
        }
    }

    /// <summary>Their names, and when each was heard of last.</summary>
    public IReadOnlyList<KeyValuePair<string, DateTimeOffset>> All()
    {
        lock (_gate)
            return [.. _seen];
    }
}
