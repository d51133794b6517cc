using System.Text;

namespace Harness.Demo;

/// <summary>The demo's result: a row a queue.</summary>
internal static class SummaryTable
{
    private static readonly string[] Heads = ["queue", "events sent", "queue messages", "received", "lost", "duplicates"];

    /// <summary>The table, ending without a line break.</summary>
    /// <param name="rows">Each queue's name, figures, and the messages that its events travelled in.</param>
    public static string Of(IReadOnlyList<(string Queue, QueueFigures Figures, long Messages)> rows)
    {
        var cells = rows
            .Select(row => (string[])[row.Queue, $"{row.Figures.Sent:N0}", $"{row.Messages:N0}", $"{row.Figures.Received:N0}",
                $"{row.Figures.Missing:N0}", $"{row.Figures.Duplicates:N0}"])
            .Prepend(Heads)
            .ToList();
        var widths = Enumerable.Range(0, Heads.Length).Select(column => cells.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in cells)
        {
            text.Append("  ").Append(row[0].PadRight(widths[0]));
            for (var column = 1; column < row.Length; column++)
                text.Append("  ").Append(row[column].PadLeft(widths[column]));
            text.AppendLine();
        }

        return text.ToString().TrimEnd();
    }
}
