using System.Text;
using Telemetry.Events;

namespace Telemetry;

/// <summary>The JSON that follows the timestamp of every event: style and level. It is made once for each pair of them.</summary>
internal static class EventHeads
{
    private const int Levels = 6;

    private static readonly byte[][] Heads = [.. Make()];

    /// <summary>The JSON from the quote behind the timestamp to the comma before the next member.</summary>
    internal static ReadOnlySpan<byte> Get(EventStyle style, TelemetryLevel level) =>
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
