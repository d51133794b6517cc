using System.Diagnostics.Metrics;

namespace Telemetry.Listening;

/// <summary>How an instrument's measurements become one number.</summary>
internal enum MetricKind
{
    /// <summary>Increments, which are added up.</summary>
    Counter,

    /// <summary>Changes up and down: added up, and always counted from the beginning.</summary>
    UpDownCounter,

    /// <summary>A total that the application counts: its newest value, or its growth.</summary>
    ObservedCounter,

    /// <summary>A state: its newest value.</summary>
    Gauge,

    /// <summary>A distribution.</summary>
    Histogram,
}

/// <summary>Tells the kinds apart without reflection.</summary>
internal static class MetricKinds
{
    internal static MetricKind? Of(Instrument instrument) =>
        Of<long>(instrument) ?? Of<int>(instrument) ?? Of<double>(instrument) ?? Of<float>(instrument)
        ?? Of<decimal>(instrument) ?? Of<short>(instrument) ?? Of<byte>(instrument);

    internal static ReadOnlySpan<byte> NameOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter or MetricKind.ObservedCounter => "counter"u8,
        MetricKind.UpDownCounter => "updowncounter"u8,
        MetricKind.Histogram => "histogram"u8,
        _ => "gauge"u8,
    };

    private static MetricKind? Of<T>(Instrument instrument)
        where T : struct => instrument switch
        {
            Counter<T> => MetricKind.Counter,
            UpDownCounter<T> => MetricKind.UpDownCounter,
            Histogram<T> => MetricKind.Histogram,
            ObservableCounter<T> => MetricKind.ObservedCounter,
            Gauge<T> or ObservableGauge<T> or ObservableUpDownCounter<T> => MetricKind.Gauge,
            _ => null,
        };
}
