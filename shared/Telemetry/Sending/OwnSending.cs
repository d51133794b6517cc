namespace Telemetry.Sending;

/// <summary>
/// Marks work that sends telemetry, and all calls that follow from it. Logs, traces and measurements of such work do not become
/// events: otherwise each sending would create new events without end.
/// </summary>
internal static class OwnSending
{
    private static readonly AsyncLocal<bool> Mark = new();

    /// <summary>True in code that runs because telemetry is sent.</summary>
    internal static bool IsUnderWay => Mark.Value;

    /// <summary>Sets the mark. It lasts until the calling asynchronous method ends.</summary>
    internal static void Begin() => Mark.Value = true;
}
