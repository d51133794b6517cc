namespace Telemetry;

/// <summary>How much an event matters: OpenTelemetry's severities, by their short names.</summary>
public enum TelemetryLevel
{
    /// <summary><c>trace</c></summary>
    Trace,

    /// <summary><c>debug</c></summary>
    Debug,

    /// <summary><c>info</c></summary>
    Info,

    /// <summary><c>warn</c></summary>
    Warn,

    /// <summary><c>error</c></summary>
    Error,

    /// <summary><c>fatal</c></summary>
    Fatal,
}
