namespace Telemetry.Events;

/// <summary>What an event is.</summary>
internal enum EventStyle
{
    Log,
    Metric,
    Span,
    Audit,
}
