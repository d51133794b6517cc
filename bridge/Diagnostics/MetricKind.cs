namespace Bridge.Diagnostics;

/// <summary>What a metric's numbers mean.</summary>
internal enum MetricKind
{
    /// <summary>Adds up; never falls.</summary>
    Counter,

    /// <summary>A sum that somebody else keeps.</summary>
    ObservedCounter,

    /// <summary>Adds up and down.</summary>
    UpDown,

    /// <summary>The last value counts.</summary>
    Gauge,

    /// <summary>Measurements counted by size.</summary>
    Histogram,
}
