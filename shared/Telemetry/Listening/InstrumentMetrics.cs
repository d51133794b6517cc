using System.Diagnostics.Metrics;
using Telemetry.Sending;

namespace Telemetry.Listening;

/// <summary>One instrument's series. Recording allocates nothing once a series exists.</summary>
internal sealed class InstrumentMetrics
{
    // OpenTelemetry's default: made for milliseconds, and what most backends expect.
    private static readonly double[] DefaultBounds =
        [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

    private readonly Lock _gate = new();
    private readonly Dictionary<TagSet, InstrumentSeries> _series = new(TagSet.Comparer.Instance);
    private readonly Dictionary<TagSet, InstrumentSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private readonly MetricTemporality _temporality;
    private readonly double[] _bounds;
    private readonly int _most;
    private DateTimeOffset _since;

    internal InstrumentMetrics(Instrument instrument, MetricKind kind, TelemetryListenerOptions options, DateTimeOffset now)
    {
        Instrument = instrument;
        Kind = kind;
        _lookup = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        _temporality = kind is MetricKind.UpDownCounter ? MetricTemporality.Cumulative : options.Temporality;
        _bounds = kind is MetricKind.Histogram ? BoundsOf(instrument) : [];
        _most = options.SeriesPerInstrument;
        _since = now;
    }

    internal Instrument Instrument { get; }

    internal MetricKind Kind { get; }

    internal void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (OwnSending.IsUnderWay)
            return;
        // Before the lock: reading runs callers' code, which may record measurements.
        if (TagText.IsNeededFor(tags))
            tags = TagText.Read(tags);
        lock (_gate)
        {
            if (!_lookup.TryGetValue(tags, out var series))
                series = Add(tags);
            series.Record(value, Kind);
        }
    }

    /// <summary>Sends the series that changed since the last call.</summary>
    internal void Collect(TelemetryClient client, DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var series in _series.Values)
            {
                if (!series.HasChanged)
                    continue;
                client.Send(new MetricPoint(Instrument, Kind, _temporality, _since, now, series).ToEvent());
                series.MarkReported(
                    reset: _temporality is MetricTemporality.Delta && Kind is MetricKind.Counter or MetricKind.Histogram);
            }

            if (_temporality is MetricTemporality.Delta)
                _since = now;
        }
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { Count: > 0 } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { Count: > 0 } bounds } => [.. bounds.Select(bound => (double)bound)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { Count: > 0 } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => DefaultBounds,
    };

    private InstrumentSeries Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var set = _series.Count < _most ? new TagSet(tags.ToArray()) : TagSet.Overflow;
        if (_series.TryGetValue(set, out var overflow))
            return overflow;
        var series = new InstrumentSeries(set, _bounds);
        _series.Add(set, series);
        return series;
    }
}
