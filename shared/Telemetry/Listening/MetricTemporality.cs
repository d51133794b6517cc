namespace Telemetry.Listening;

/// <summary>From when on a metric's number counts.</summary>
public enum MetricTemporality
{
    /// <summary>Since the metric was sent before: <c>delta</c>. Such metrics are added up.</summary>
    Delta,

    /// <summary>Since the listening began: <c>cumulative</c>. The newest holds all.</summary>
    Cumulative,
}
