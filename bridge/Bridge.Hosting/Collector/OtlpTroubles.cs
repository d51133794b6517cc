using System.Diagnostics.Tracing;
using Microsoft.Extensions.Logging;

namespace Bridge.Hosting.Collector;

/// <summary>Tells in the log that the collector does not take what is sent; the SDK tells it only to event listeners.</summary>
internal sealed partial class OtlpTroubles(ILogger<OtlpExport> log, TimeProvider clock) : EventListener
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private long? _toldAt;

    /// <summary>Why the last request failed; null when it did not.</summary>
    public string? Last { get; set; }

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is Exporter)
            EnableEvents(eventSource, EventLevel.Error);
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // Other sources' events come too, before the constructor has ended.
        if (eventData.EventSource.Name is not Exporter || log is null || !IsDue())
            return;
        Failing(log, Last ?? eventData.EventName);
    }

    private bool IsDue()
    {
        lock (_gate)
        {
            if (_toldAt is { } told && clock.GetElapsedTime(told) < Quiet)
                return false;
            _toldAt = clock.GetTimestamp();
            return true;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The collector of the bridge's own metrics and traces does not take them; forwarding goes on: {Reason}")]
    private static partial void Failing(ILogger logger, string? reason);
}
