namespace Bridge.Tools.Audit;

/// <summary>Counts the dead letters that an audit has read.</summary>
internal sealed class DeadLetterCounts
{
    private readonly SortedDictionary<string, long> _reasons = new(StringComparer.Ordinal);

    /// <summary>The counts by reason.</summary>
    public IReadOnlyDictionary<string, long> Reasons => _reasons;

    /// <summary>Those whose batch is not between the sender's first and last one. They neither show nor explain a gap.</summary>
    public long Outside { get; private set; }

    /// <summary>Those that do not name their batch. Each may explain a gap.</summary>
    public long Unidentified { get; private set; }

    /// <summary>All of them.</summary>
    public long Total => _reasons.Values.Sum();

    /// <summary>Counts a dead letter.</summary>
    public void Count(string reason) => _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;

    /// <summary>Counts a dead letter, already counted by reason, as outside too.</summary>
    public void CountOutside() => Outside++;

    /// <summary>Counts a dead letter, already counted by reason, as unidentified too.</summary>
    public void CountUnidentified() => Unidentified++;
}
