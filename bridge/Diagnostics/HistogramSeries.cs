using System.Text;

namespace Bridge.Diagnostics;

/// <summary>Measurements in seconds, counted in buckets that suit latencies from a millisecond to a minute.</summary>
internal sealed class HistogramSeries(KeyValuePair<string, object?>[] tags) : MetricSeries(tags)
{
    private static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly long[] _counts = new long[Bounds.Length + 1];
    private double _sum;

    public override void Record(double value)
    {
        var bucket = Array.BinarySearch(Bounds, value);
        Interlocked.Increment(ref _counts[bucket < 0 ? ~bucket : bucket]);
        Add(ref _sum, value);
    }

    public override void WriteTo(StringBuilder text, string name)
    {
        // The total is what the buckets add up to, so that a measurement under way cannot make the lines disagree.
        long total = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            total += Interlocked.Read(ref _counts[i]);
            var bound = i < Bounds.Length ? Bounds[i] : double.PositiveInfinity;
            PrometheusText.Sample(text, $"{name}_bucket", PrometheusText.With(Labels, "le", PrometheusText.Number(bound)), total);
        }

        PrometheusText.Sample(text, $"{name}_sum", Labels, Volatile.Read(ref _sum));
        PrometheusText.Sample(text, $"{name}_count", Labels, total);
    }
}
