using System.Diagnostics.Metrics;
using System.Text;
using Bridge.Core.Diagnostics;
using Telemetry.Listening;

namespace Bridge.Hosting.Metrics;

/// <summary>A metric with all its series, one for each combination of labels. Safe for use by several threads at once.</summary>
/// <param name="name">Its name in Prometheus, suffixes included.</param>
/// <param name="help">What it measures.</param>
/// <param name="kind">How its measurements are combined.</param>
/// <param name="bounds">Upper bounds of a histogram's buckets, ascending; empty for every other kind.</param>
internal sealed class MetricFamily(string name, string help, MetricKind kind, double[] bounds)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TagSet, InstrumentSeries> _series = new(TagSet.Comparer.Instance);

    /// <summary>Its name in Prometheus.</summary>
    public string Name => name;

    /// <summary>Creates the family that an instrument's measurements belong to.</summary>
    public static MetricFamily From(Instrument instrument, MetricKind kind) => new(
        PrometheusFormat.NameOf(instrument.Name, instrument.Unit, kind),
        instrument.Description ?? "",
        kind,
        kind is MetricKind.Histogram ? BoundsOf(instrument) : []);

    /// <summary>Adds a measurement to its series.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            var known = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
            if (!known.TryGetValue(tags, out var series))
                known[tags] = series = new InstrumentSeries(new TagSet(tags.ToArray()), bounds);
            series.Record(value, kind);
        }
    }

    /// <summary>The present values; empty for a histogram.</summary>
    public IReadOnlyList<MetricValue> Values()
    {
        if (kind is MetricKind.Histogram)
            return [];
        lock (_gate)
            return [.. _series.Values.Select(series => new MetricValue(series.Tags.Tags, series.Value))];
    }

    /// <summary>Writes its lines; nothing while it has no series.</summary>
    public void WriteTo(StringBuilder text)
    {
        lock (_gate)
        {
            if (_series.Count > 0)
                PrometheusFormat.Head(text, name, help, kind);
            foreach (var series in _series.Values)
                Write(text, series, PrometheusFormat.Labels(series.Tags.Tags));
        }
    }

    private void Write(StringBuilder text, InstrumentSeries series, string labels)
    {
        if (kind is not MetricKind.Histogram)
        {
            PrometheusFormat.Sample(text, name, labels, series.Value);
            return;
        }

        long total = 0;
        for (var i = 0; i < series.Buckets.Length; i++)
        {
            total += series.Buckets[i];
            var bound = i < bounds.Length ? bounds[i] : double.PositiveInfinity;
            PrometheusFormat.Sample(
                text, $"{name}_bucket", PrometheusFormat.With(labels, "le", PrometheusFormat.Number(bound)), total);
        }

        PrometheusFormat.Sample(text, $"{name}_sum", labels, series.Value);
        PrometheusFormat.Sample(text, $"{name}_count", labels, total);
    }

    private static double[] BoundsOf(Instrument instrument) =>
        [.. (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries
            ?? MessagingAttributes.Latencies.HistogramBucketBoundaries!];
}
