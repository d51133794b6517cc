namespace Telemetry.Listening;

/// <summary>
/// The measurements of one instrument with the same tags, as one number or distribution. Guarded by its instrument.
/// </summary>
/// <param name="tags">What the measurements have in common.</param>
/// <param name="bounds">Upper bounds of a distribution's buckets; empty for anything else.</param>
internal sealed class InstrumentSeries(TagSet tags, double[] bounds)
{
    private readonly long[] _buckets = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
    private double _reported;

    internal TagSet Tags { get; } = tags;

    internal ReadOnlySpan<double> Bounds => bounds;

    internal ReadOnlySpan<long> Buckets => _buckets;

    internal bool HasChanged { get; private set; }

    internal double Value { get; private set; }

    internal long Count { get; private set; }

    internal double Least { get; private set; }

    internal double Most { get; private set; }

    internal void Record(double value, MetricKind kind)
    {
        HasChanged = true;
        switch (kind)
        {
            case MetricKind.Counter or MetricKind.UpDownCounter:
                Value += value;
                break;
            case MetricKind.Histogram:
                Distribute(value);
                break;
            default:
                Value = value;
                break;
        }
    }

    /// <summary>The growth of an observed total since it was last reported.</summary>
    internal double Growth() => Value < _reported ? Value : Value - _reported;

    /// <summary>Call this when the value was sent.</summary>
    /// <param name="reset">Whether the next value counts from zero.</param>
    internal void MarkReported(bool reset)
    {
        HasChanged = false;
        _reported = Value;
        if (!reset)
            return;
        Value = 0;
        Count = 0;
        Array.Clear(_buckets);
    }

    private void Distribute(double value)
    {
        Least = Count == 0 ? value : Math.Min(Least, value);
        Most = Count == 0 ? value : Math.Max(Most, value);
        Value += value;
        Count++;
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        _buckets[bucket]++;
    }
}
