using Telemetry.Listening;

namespace Telemetry.Listening;

/// <summary>
/// Sends what existing code reports to .NET's own classes: activities of any <see cref="System.Diagnostics.ActivitySource"/> as
/// spans, measurements of any
/// <see cref="System.Diagnostics.Metrics.Meter"/> as metrics. The client's options apply to them.
/// </summary>
public sealed class TelemetryListeners : IDisposable
{
    private readonly ActivitySpans? _spans;
    private readonly MeterMetrics? _metrics;

    private TelemetryListeners(ActivitySpans? spans, MeterMetrics? metrics)
    {
        _spans = spans;
        _metrics = metrics;
    }

    /// <summary>Listens until it is disposed.</summary>
    /// <param name="client">Sends; it must live longer.</param>
    /// <param name="configure">Names what to listen to.</param>
    public static TelemetryListeners Start(TelemetryClient client, Action<TelemetryListenerOptions> configure)
    {
        var options = new TelemetryListenerOptions();
        configure(options);
        return Start(client, options);
    }

    /// <inheritdoc cref="Start(TelemetryClient, Action{TelemetryListenerOptions})"/>
    public static TelemetryListeners Start(TelemetryClient client, TelemetryListenerOptions options)
    {
        var sources = new NamePatterns(options.ActivitySources);
        var meters = new NamePatterns(options.Meters);
        return new TelemetryListeners(
            sources.IsEmpty ? null : new ActivitySpans(client, sources),
            meters.IsEmpty ? null : new MeterMetrics(client, meters, options));
    }

    /// <summary>Stops listening. What was measured since the last metrics is handed to the client first.</summary>
    public void Dispose()
    {
        _spans?.Dispose();
        _metrics?.Dispose();
    }
}
