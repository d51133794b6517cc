using System.Globalization;

namespace Local.Bench;

/// <summary>A comparison that was run.</summary>
internal sealed record ComparisonResult(Comparison Comparison, IReadOnlyList<Round> Rounds)
{
    private Metric Plotted => Comparison.Columns[0];

    /// <summary>True when every median is as promised.</summary>
    public bool AreBarsMet => Comparison.Bars.All(bar => bar.IsMet(Of(bar).Median));

    /// <summary>
    /// Medians with the least and the most, a row for each contender; behind it, its share of the first row, round by round.
    /// </summary>
    public string Table
    {
        get
        {
            var head = $"| | {string.Join(" | ", Comparison.Columns.Select(column => column.Title))} | of the first |";
            var rule = $"|---|{string.Concat(Enumerable.Repeat("---:|", Comparison.Columns.Count + 1))}";
            return string.Join('\n', Comparison.Contenders.Select(Row).Prepend(rule).Prepend(head));
        }
    }

    /// <summary>What was promised, and what came of it.</summary>
    public string Verdicts => string.Join('\n', Comparison.Bars.Select(bar =>
    {
        var spread = Of(bar);
        var verdict = bar.IsMet(spread.Median) ? "holds" : "does not hold";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"- {bar.Text}: {spread.Median:0.##} ({spread.Min:0.##} to {spread.Max:0.##}), {verdict}.");
    }));

    /// <summary>The values of a contender; null where it has none.</summary>
    public Spread? Of(Contender contender, Metric metric) =>
        Rounds[0][contender.Name].ContainsKey(metric)
            ? Spread.Of(Rounds.Select(round => round.Of(contender.Name, metric)))
            : null;

    private Spread Of(Bar bar) => Spread.Of(Rounds.Select(bar.Value));

    private string Row(Contender contender)
    {
        var cells = Comparison.Columns.Select(column => Of(contender, column) is { } spread
            ? $"{column.Write(spread.Median)} ({column.Write(spread.Min)} to {column.Write(spread.Max)})"
            : "");
        var share = Spread.Of(Rounds.Select(round => round.Ratio(contender.Name, Comparison.Contenders[0].Name, Plotted)));
        return string.Create(
            CultureInfo.InvariantCulture, $"| {contender.Name} | {string.Join(" | ", cells)} | {share.Median:0.00} |");
    }
}
