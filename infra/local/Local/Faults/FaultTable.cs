using System.Text;
using Harness.Faults;

namespace Local.Faults;

/// <summary>
/// The table in docs/reliability.md: a row for each scenario, kept from one run to the next where a scenario was not run.
/// </summary>
internal static class FaultTable
{
    private const string Begin = "<!-- faults: written by infra/local/faults -->";
    private const string End = "<!-- faults: end -->";
    private const string Head = """
        | fault | runs | events | lost | duplicates | time to recover | peak MiB |
        |---|---:|---:|---:|---:|---:|---:|
        """;

    /// <summary>The row of one scenario's runs: sums, and the worst time and memory.</summary>
    public static string Row(IReadOnlyList<FaultResult> runs)
    {
        var recovery = runs.Max(run => run.Recovery) is { } longest ? $"{longest.TotalSeconds:0.0} s" : "nothing stops";
        return $"| {runs[0].Fault} | {runs.Count} | {runs.Sum(run => run.Events):N0} | {runs.Sum(run => run.Lost):N0} "
            + $"| {runs.Sum(run => run.Duplicates):N0} | {recovery} | {runs.Max(run => run.PeakMiB):0} |";
    }

    /// <summary>The table of these rows.</summary>
    public static string Of(IEnumerable<string> rows) => string.Join('\n', rows.Prepend(Head));

    /// <summary>Puts rows into a page, between its markers; rows of other faults that are there stay.</summary>
    /// <exception cref="InvalidOperationException">The page has no markers.</exception>
    public static string Update(string page, IEnumerable<string> rows)
    {
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new InvalidOperationException($"the page has no lines '{Begin}' and '{End}': put them where the table belongs");

        begin += Begin.Length;
        var known = page[begin..end].Split('\n').Concat(rows).Where(row => row.StartsWith("| ", StringComparison.Ordinal))
            .GroupBy(FaultOf, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
        var ordered = FaultCatalogue.All.Where(scenario => known.ContainsKey(scenario.Fault))
            .Select(scenario => known[scenario.Fault]);
        return new StringBuilder(page[..begin]).Append('\n').Append(Of(ordered)).Append('\n').Append(page, end, page.Length - end)
            .ToString();
    }

    private static string FaultOf(string row) => row.Split('|')[1].Trim();
}
