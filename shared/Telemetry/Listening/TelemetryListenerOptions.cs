namespace Telemetry.Listening;

/// <summary>
/// The sources and meters whose data is sent, by name. <c>Orders.*</c> means all names that begin so, <c>*</c> means all.
/// </summary>
public sealed class TelemetryListenerOptions
{
    /// <summary>Sources whose activities are sent as spans when they stop. Default none.</summary>
    public IList<string> ActivitySources { get; } = [];

    /// <summary>Meters whose measurements are summed up and sent as metrics. Default none.</summary>
    public IList<string> Meters { get; } = [];

    /// <summary>
    /// What the numbers of counters and histograms count from; each metric has it in <c>temporality</c>. Default delta, because
    /// the deltas of many short-lived instances can be added up.
    /// </summary>
    public MetricTemporality Temporality { get; set; } = MetricTemporality.Delta;

    /// <summary>
    /// How often observable instruments are read, and how often metrics are sent if no flush does it earlier. Default 60 s. Each
    /// flush sends what was measured.
    /// </summary>
    public TimeSpan MetricInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The most combinations of tags of one instrument. Measurements with further combinations are counted together under the
    /// attribute
    /// <c>otel.metric.overflow</c>. Default 2,000.
    /// </summary>
    public int SeriesPerInstrument { get; set; } = 2_000;
}

/// <summary>The time from which the number of a metric counts.</summary>
public enum MetricTemporality
{
    /// <summary>Since the metric was last sent: <c>delta</c>. Add up such metrics.</summary>
    Delta,

    /// <summary>Since the listeners were started: <c>cumulative</c>. Use the newest metric.</summary>
    Cumulative,
}
