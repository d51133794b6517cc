using Telemetry.Wire;

namespace Bridge.Tools.Inspect;

/// <summary>Finds the texts of queue messages in a file: it is one text, or holds one a line.</summary>
internal static class InspectedTexts
{
    /// <summary>The texts, without surrounding white space; never empty.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> file)
    {
        var whole = file.Trim(" \t\r\n"u8);
        return IsOneEvent(whole.Span) ? [whole] : Lines(whole);
    }

    // A plain event may stretch over several lines.
    private static bool IsOneEvent(ReadOnlySpan<byte> text) =>
        text.IsEmpty || EventJson.Problem(EventJson.SkipByteOrderMark(text)) is null;

    private static List<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> text)
    {
        var lines = new List<ReadOnlyMemory<byte>>();
        foreach (var range in new EventLines(text.Span))
        {
            if (text[range].Trim(" \t\r"u8) is { IsEmpty: false } line)
                lines.Add(line);
        }

        return lines;
    }
}
