using System.Diagnostics.Metrics;
using System.Text;
using Telemetry.Listening;

namespace Bridge.Hosting.Metrics;

/// <summary>A metric with all its series, one for each combination of labels. Safe for use by several threads at once.</summary>
/// <param name="name">Its name in Prometheus, suffixes included.</param>
/// <param name="help">What it measures.</param>
/// <param name="kind">What its numbers mean.</param>
/// <param name="bounds">Of a histogram: the buckets' upper bounds, rising; null for those that suit latencies.</param>
internal sealed class MetricFamily(string name, string help, MetricKind kind, double[]? bounds = null)
{
    private readonly Lock _growing = new();

    // Replaced as a whole when it grows; the labels' values are few by design.
    private volatile PrometheusSeries[] _series = [];

    /// <summary>Its name in Prometheus.</summary>
    public string Name => name;

    /// <summary>Its series.</summary>
    public IReadOnlyList<PrometheusSeries> Series => _series;

    /// <summary>The family that an instrument's measurements belong to.</summary>
    public static MetricFamily Of(Instrument instrument, MetricKind kind) =>
        new(PrometheusName.Of(instrument.Name, instrument.Unit, kind), instrument.Description ?? "", kind, BoundsOf(instrument));

    /// <summary>Takes a measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var series in _series)
        {
            if (series.Matches(tags))
            {
                series.Record(value);
                return;
            }
        }

        Add(tags).Record(value);
    }

    /// <summary>Writes its lines; nothing while it has no series.</summary>
    public void WriteTo(StringBuilder text)
    {
        var series = _series;
        if (series.Length == 0)
            return;
        PrometheusFormat.Head(text, name, help, kind);
        foreach (var one in series)
            one.WriteTo(text, name);
    }

    private static double[]? BoundsOf(Instrument instrument) =>
        instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } ? [.. bounds] : null;

    private PrometheusSeries Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_growing)
        {
            foreach (var known in _series)
            {
                if (known.Matches(tags))
                    return known;
            }

            var added = PrometheusSeries.Create(kind, tags.ToArray(), bounds);
            _series = [.. _series, added];
            return added;
        }
    }
}
