namespace Telemetry.Queues;

/// <summary>
/// X-Ray's trace header, <c>Root=1-SSSSSSSS-RRRRRRRRRRRRRRRRRRRRRRRR;Parent=PPPPPPPPPPPPPPPP;Sampled=1</c>, as W3C writes a
/// trace.
/// </summary>
internal static class XRayTrace
{
    /// <summary>The same trace and span as a <c>traceparent</c>; null where the header names none.</summary>
    public static string? ToTraceParent(string? header)
    {
        string? trace = null, parent = null, sampled = "00";
        foreach (var part in (header ?? "").Split(';', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("Root=1-", StringComparison.Ordinal))
                trace = part["Root=1-".Length..].Replace("-", "", StringComparison.Ordinal);
            else if (part.StartsWith("Parent=", StringComparison.Ordinal))
                parent = part["Parent=".Length..];
            else if (part is "Sampled=1")
                sampled = "01";
        }

        return IsHex(trace, 32) && IsHex(parent, 16) ? $"00-{trace}-{parent}-{sampled}" : null;
    }

    private static bool IsHex(string? text, int length) =>
        text?.Length == length && text.All(char.IsAsciiHexDigitLower);
}
