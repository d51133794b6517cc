using System.Text;
using Telemetry.Events;

namespace Telemetry;

/// <summary>What stands between the timestamp and the first member of its own, ready made: every event has it.</summary>
internal static class EventHeads
{
    private const int Levels = 6;

    private static readonly byte[][] Heads = [.. Make()];

    /// <summary>From the quote behind the timestamp to the comma before the next member.</summary>
    internal static ReadOnlySpan<byte> Of(EventStyle style, TelemetryLevel level) =>
        Heads[((int)style * Levels) + Math.Min((int)level, Levels - 1)];

    private static IEnumerable<byte[]> Make()
    {
        foreach (var style in (string[])["logs", "metrics", "traces", "audit"])
        {
            foreach (var level in (string[])["trace", "debug", "info", "warn", "error", "fatal"])
                yield return Encoding.ASCII.GetBytes($"\",\"style\":\"{style}\",\"level\":\"{level}\",");
        }
    }
}
