namespace Telemetry.Listening;

/// <summary>The measurements of one instrument with the same tags, as one number or distribution. Guarded by its instrument.</summary>
/// <param name="tags">What the measurements have in common.</param>
/// <param name="bounds">Upper bounds of a distribution's buckets; empty for anything else.</param>
internal sealed class MetricSeries(TagSet tags, double[] bounds)
{
    private readonly long[] _buckets = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
    private double _reported;

    internal TagSet Tags { get; } = tags;

    internal ReadOnlySpan<double> Bounds => bounds;

    internal ReadOnlySpan<long> Buckets => _buckets;

    internal bool HasNews { get; private set; }

    internal double Value { get; private set; }

    internal long Count { get; private set; }

    internal double Least { get; private set; }

    internal double Most { get; private set; }

    internal void Record(double value, MetricKind kind)
    {
        HasNews = true;
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

    /// <summary>What is new about an observed total.</summary>
    internal double Growth() => Value < _reported ? Value : Value - _reported;

    /// <summary>The news is out.</summary>
    /// <param name="startAnew">Whether the next news counts from here.</param>
    internal void Report(bool startAnew)
    {
        HasNews = false;
        _reported = Value;
        if (!startAnew)
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
