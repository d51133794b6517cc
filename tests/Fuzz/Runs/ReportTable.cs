using System.Text;

namespace Fuzz.Runs;

/// <summary>The reports as a table in Markdown.</summary>
internal static class ReportTable
{
    private static readonly Outcomes[] Columns = [.. Enum.GetValues<Outcomes>().Where(outcome => outcome is not Outcomes.None)];

    internal static string Render(IReadOnlyList<TargetReport> reports)
    {
        var table = new StringBuilder("| target | inputs |");
        table.AppendJoin("", Columns.Select(column => $" {Name(column)} |")).Append(
            " traits | longest | most memory | failures |\n");
        table.Append('|').Append(string.Concat(Enumerable.Repeat("---|", Columns.Length + 6))).Append('\n');
        foreach (var report in reports)
        {
            table.Append($"| {report.Target} | {report.Inputs:N0} |")
                .AppendJoin("", Columns.Select(column => $" {report[column]:N0} |"))
                .Append($" {report.Traits} | {report.Longest.TotalMilliseconds:N1} ms |")
                .Append($" {report.MostAllocated / 1024.0:N0} KiB | {report.Failures} |\n");
        }

        return table.ToString();
    }

    private static string Name(Outcomes outcome) =>
        outcome is Outcomes.TooLarge ? "too-large" : outcome.ToString().ToLowerInvariant();
}
