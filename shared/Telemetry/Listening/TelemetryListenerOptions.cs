namespace Telemetry.Listening;

/// <summary>What existing code is listened to: names of sources and meters, <c>Orders.*</c> for all that begin so, <c>*</c> for all.</summary>
public sealed class TelemetryListenerOptions
{
    /// <summary>Sources whose activities are sent as spans when they stop. Default none.</summary>
    public IList<string> ActivitySources { get; } = [];

    /// <summary>Meters whose measurements are summed up and sent as metrics. Default none.</summary>
    public IList<string> Meters { get; } = [];

    /// <summary>
    /// What a counter's and a histogram's numbers mean; each metric says it in <c>temporality</c>. Default delta: many short-lived
    /// instances send, and deltas add up over them all.
    /// </summary>
    public MetricTemporality Temporality { get; set; } = MetricTemporality.Delta;

    /// <summary>
    /// How often metrics are sent, and observable instruments asked, where no flush does it before. Default 60 s. What was measured also
    /// leaves with every flush.
    /// </summary>
    public TimeSpan MetricInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Combinations of tags that one instrument is counted by at most; what comes beyond is counted together under the attribute
    /// <c>otel.metric.overflow</c>. Default 2,000.
    /// </summary>
    public int SeriesPerInstrument { get; set; } = 2_000;
}
