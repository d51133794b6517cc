using Microsoft.Extensions.Logging;

namespace Telemetry.Extensions;

/// <summary>Converts the levels of Microsoft.Extensions.Logging.</summary>
internal static class LogLevels
{
    internal static TelemetryLevel Convert(LogLevel level) => level switch
    {
        LogLevel.Trace => TelemetryLevel.Trace,
        LogLevel.Debug => TelemetryLevel.Debug,
        LogLevel.Information => TelemetryLevel.Info,
        LogLevel.Warning => TelemetryLevel.Warn,
        LogLevel.Error => TelemetryLevel.Error,
        _ => TelemetryLevel.Fatal,
    };
}
