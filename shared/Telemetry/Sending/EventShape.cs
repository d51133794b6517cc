using Telemetry.Wire;

namespace Telemetry.Sending;

/// <summary>The cheap part of the check for events; the bridge reads every event in full.</summary>
internal static class EventShape
{
    /// <summary>Null, or why the bytes cannot be an event.</summary>
    internal static string? Check(ReadOnlySpan<byte> json) =>
        EventJson.CheapProblem(json) is { } problem ? $"{json.Length} bytes that are {problem}" : null;

    /// <summary>A copy that ends in a line feed and holds no other.</summary>
    internal static byte[] ToLine(ReadOnlySpan<byte> json)
    {
        var line = new byte[json.Length + 1];
        json.Replace(line, (byte)'\n', (byte)' ');
        line[^1] = (byte)'\n';
        return line;
    }
}
