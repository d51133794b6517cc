namespace Telemetry.Sending;

/// <summary>The cheap part of "is one JSON object"; the bridge reads every event in full.</summary>
internal static class EventShape
{
    /// <summary>Null, or why the bytes cannot be an event.</summary>
    internal static string? Check(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            return "an empty event: it must be a JSON object";
        return json[0] == (byte)'{' && json[^1] == (byte)'}'
            ? null
            : $"{json.Length} bytes that do not begin with {{ and end with }}: an event is one JSON object";
    }

    /// <summary>A copy that ends in a line feed and holds no other.</summary>
    internal static byte[] ToLine(ReadOnlySpan<byte> json)
    {
        var line = new byte[json.Length + 1];
        json.Replace(line, (byte)'\n', (byte)' ');
        line[^1] = (byte)'\n';
        return line;
    }
}
