using System.Text;
using Telemetry.Listening;

namespace Bridge.Hosting.Metrics;

/// <summary>The numbers of one combination of labels.</summary>
internal abstract class PrometheusSeries(KeyValuePair<string, object?>[] tags)
{
    /// <summary>The labels as they are written, such as <c>queue="a"</c>; empty when there are none.</summary>
    protected string Labels { get; } = PrometheusFormat.Labels(tags);

    public static PrometheusSeries Create(MetricKind kind, KeyValuePair<string, object?>[] tags, double[]? bounds) => kind switch
    {
        MetricKind.Histogram => new HistogramSeries(tags, bounds ?? HistogramSeries.Latencies),
        MetricKind.Counter or MetricKind.UpDownCounter => new SumSeries(tags),
        _ => new LastSeries(tags),
    };

    /// <summary>The labels, named as the instrument names them.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Tags => tags;

    /// <summary>Its present number; null where there are several.</summary>
    public virtual double? Value => null;

    /// <summary>True for measurements of this series: the same labels in the same order.</summary>
    public bool Matches(ReadOnlySpan<KeyValuePair<string, object?>> others)
    {
        if (others.Length != tags.Length)
            return false;
        for (var i = 0; i < tags.Length; i++)
        {
            if (others[i].Key != tags[i].Key || !Equals(others[i].Value, tags[i].Value))
                return false;
        }

        return true;
    }

    public abstract void Record(double value);

    public abstract void WriteTo(StringBuilder text, string name);

    /// <summary>Adds to a number that several threads add to.</summary>
    protected static void Add(ref double target, double value)
    {
        var seen = Volatile.Read(ref target);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref target, seen + value, seen);
            if (before.Equals(seen))
                return;
            seen = before;
        }
    }

    // A double counts whole numbers exactly up to 2^53: no counter here comes near.
    private sealed class SumSeries(KeyValuePair<string, object?>[] tags) : PrometheusSeries(tags)
    {
        private double _sum;

        public override double? Value => Volatile.Read(ref _sum);

        public override void Record(double value) => Add(ref _sum, value);

        public override void WriteTo(StringBuilder text, string name) => PrometheusFormat.Sample(text, name, Labels, Volatile.Read(ref _sum));
    }

    private sealed class LastSeries(KeyValuePair<string, object?>[] tags) : PrometheusSeries(tags)
    {
        private double _last;

        public override double? Value => Volatile.Read(ref _last);

        public override void Record(double value) => Volatile.Write(ref _last, value);

        public override void WriteTo(StringBuilder text, string name) => PrometheusFormat.Sample(text, name, Labels, Volatile.Read(ref _last));
    }
}
