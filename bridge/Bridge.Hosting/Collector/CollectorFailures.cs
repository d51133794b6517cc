using System.Diagnostics.Tracing;
using Microsoft.Extensions.Logging;

namespace Bridge.Hosting.Collector;

/// <summary>
/// Logs that the collector does not accept the data. The SDK reports this only to event listeners, and no log shows those events.
/// </summary>
internal sealed partial class CollectorFailures(ILogger<OtlpExport> log, TimeProvider clock) : EventListener
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private long? _warnedAt;

    /// <summary>Why the last request failed; null when it succeeded.</summary>
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
        // The base constructor may deliver events of other sources before the fields are set.
        if (eventData.EventSource.Name is not Exporter || log is null || !IsDue())
            return;
        Failing(log, Last ?? eventData.EventName);
    }

    private bool IsDue()
    {
        lock (_gate)
        {
            if (_warnedAt is { } warned && clock.GetElapsedTime(warned) < WarningInterval)
                return false;
            _warnedAt = clock.GetTimestamp();
            return true;
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The collector accepts no metrics or traces of the bridge; forwarding of events continues: {Reason}")]
    private static partial void Failing(ILogger logger, string? reason);
}
