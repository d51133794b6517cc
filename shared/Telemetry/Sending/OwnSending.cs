namespace Telemetry.Sending;

/// <summary>
/// Marks the work that sends telemetry, in the calls that it makes and in all that flows from them. What such work logs, traces
/// and measures is not taken as an event: else one event would follow the other for ever.
/// </summary>
internal static class OwnSending
{
    private static readonly AsyncLocal<bool> Mark = new();

    /// <summary>True in code that runs because telemetry is sent.</summary>
    internal static bool IsUnderWay => Mark.Value;

    /// <summary>Begins it, until the asynchronous method that calls this has ended.</summary>
    internal static void Begin() => Mark.Value = true;
}
