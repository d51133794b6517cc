using System.Globalization;
using System.Text.RegularExpressions;
using Harness.Components;

namespace Local.Bench;

/// <summary>
/// The part of docs/performance.md between two markers: a section for each comparison, kept from one run to the next where a
/// comparison was not run.
/// </summary>
internal static partial class BenchPage
{
    private const string Page = "docs/performance.md";
    private const string Plots = "docs/performance";
    private const string Begin = "<!-- bench: written by infra/local/bench -->";
    private const string End = "<!-- bench: end -->";

    /// <summary>Writes a comparison's section and its plot.</summary>
    /// <exception cref="InvalidOperationException">The page has no markers.</exception>
    public static async Task WriteAsync(ComparisonResult result, string machine, CancellationToken cancellationToken)
    {
        var path = Path.Combine(LocalFolders.Root, Page);
        var page = await File.ReadAllTextAsync(path, cancellationToken);
        await File.WriteAllTextAsync(path, Update(page, result.Comparison.Name, SectionOf(result, machine)), cancellationToken);
        var plot = Path.Combine(
            Directory.CreateDirectory(Path.Combine(LocalFolders.Root, Plots)).FullName, $"{result.Comparison.Name}.svg");
        await File.WriteAllTextAsync(plot, BarPlot.Of(result), cancellationToken);
        Console.WriteLine($"written into {Page}");
    }

    /// <summary>Puts a section into a page; those of other comparisons that are there stay.</summary>
    private static string Update(string page, string name, string section)
    {
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new InvalidOperationException($"{Page} has no lines '{Begin}' and '{End}': put them where the sections belong");

        begin += Begin.Length;
        var known = Section().Matches(page[begin..end])
            .ToDictionary(
                match => match.Groups["name"].Value, match => match.Groups["text"].Value.Trim(), StringComparer.Ordinal);
        known[name] = section;
        var ordered = BenchCatalogue.All.Where(comparison => known.ContainsKey(comparison.Name))
            .Select(comparison => $"<!-- bench {comparison.Name} -->\n{known[comparison.Name]}");
        return $"{page[..begin]}\n\n{string.Join("\n\n", ordered)}\n\n{page[end..]}";
    }

    private static string SectionOf(ComparisonResult result, string machine)
    {
        var (comparison, rounds) = (result.Comparison, result.Rounds.Count);
        string[] parts =
        [
            $"### {comparison.Title}",
            comparison.Text,
            result.Table,
            $"![{comparison.Columns[0].Title} of each, from the least to the most](performance/{comparison.Name}.svg)",
            result.Verdicts,
            string.Create(CultureInfo.InvariantCulture, $"{rounds} rounds in turns: median (least to most). {machine}"),
        ];
        return string.Join("\n\n", parts.Where(part => part.Length > 0));
    }

    [GeneratedRegex(
        "<!-- bench (?<name>[a-z-]+) -->(?<text>.*?)(?=<!-- bench |$)", RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Section();
}
