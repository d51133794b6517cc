using Telemetry.Wire;

namespace Bridge.Tools.Inspect;

/// <summary>Finds the texts of queue messages in a file, which contains one text, or one text a line.</summary>
internal static class InspectedTexts
{
    /// <summary>Returns the texts without surrounding white space. An empty file is one empty text.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> file)
    {
        var whole = file.Trim(" \t\r\n"u8);
        return IsOneEvent(whole.Span) ? [whole] : Lines(whole);
    }

    // A plain event may span several lines.
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
