namespace Bridge.Tools.Audit;

/// <summary>The dead letters that an audit has read.</summary>
internal sealed class DeadLetterCounts
{
    private readonly SortedDictionary<string, long> _reasons = new(StringComparer.Ordinal);

    /// <summary>How many of each reason.</summary>
    public IReadOnlyDictionary<string, long> Reasons => _reasons;

    /// <summary>Those whose batch is not between the first and the last that were seen of its sender: they neither show nor explain a gap.</summary>
    public long Outside { get; private set; }

    /// <summary>Those that do not tell what they are a part of: each may explain a gap.</summary>
    public long Unidentified { get; private set; }

    /// <summary>All of them.</summary>
    public long Total => _reasons.Values.Sum();

    /// <summary>Counts a dead letter.</summary>
    public void Count(string reason) => _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;

    /// <summary>Counts it as outside too.</summary>
    public void CountOutside() => Outside++;

    /// <summary>Counts it as unidentified too.</summary>
    public void CountUnidentified() => Unidentified++;
}
