using System.Text;
using Bridge.Core.Diagnostics;

namespace Bridge.Hosting.Metrics;

/// <summary>Measurements in seconds, counted in buckets.</summary>
/// <param name="tags">The labels.</param>
/// <param name="bounds">The buckets' upper bounds, rising.</param>
internal sealed class HistogramSeries(KeyValuePair<string, object?>[] tags, double[] bounds) : PrometheusSeries(tags)
{
    /// <summary>Bounds that suit latencies from a millisecond to a minute.</summary>
    public static readonly double[] Latencies = [.. MessagingAttributes.Latencies.HistogramBucketBoundaries!];

    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    public override void Record(double value)
    {
        var bucket = Array.BinarySearch(bounds, value);
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
            var bound = i < bounds.Length ? bounds[i] : double.PositiveInfinity;
            PrometheusFormat.Sample(text, $"{name}_bucket", PrometheusFormat.With(Labels, "le", PrometheusFormat.Number(bound)), total);
        }

        PrometheusFormat.Sample(text, $"{name}_sum", Labels, Volatile.Read(ref _sum));
        PrometheusFormat.Sample(text, $"{name}_count", Labels, total);
    }
}
