using Telemetry.Events;
using Telemetry.Wire;

namespace Bridge.Edge.Formats;

/// <summary>Messages that are events already.</summary>
internal static class ReadyJson
{
    /// <summary>Writes a JSON object as it is, byte for byte, except for line feeds, which stand between its tokens.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="output">Takes the event.</param>
    /// <returns>False for what is no event.</returns>
    public static bool TryWrite(ReadOnlySpan<byte> text, JsonOutput output)
    {
        var json = EventJson.Trim(EventText.TrimEnd(text));
        if (json.IsEmpty || json[0] != (byte)'{' || json[^1] != (byte)'}' || EventJson.Problem(json) is not null)
            return false;
        output.Append(json);
        if (json.Contains((byte)'\n'))
            output.Written.Replace((byte)'\n', (byte)' ');
        return true;
    }
}
