namespace Local.Bench;

/// <summary>What is measured in turns: its contenders, round after round.</summary>
/// <param name="Name">On the command line, in the page's markers and of the plot's file.</param>
/// <param name="Title">The heading.</param>
/// <param name="Text">What is compared and how; a paragraph.</param>
/// <param name="Columns">The table's; the first is plotted.</param>
/// <param name="Contenders">In the order of the rows.</param>
internal sealed record Comparison(
    string Name, string Title, string Text, IReadOnlyList<Metric> Columns, IReadOnlyList<Contender> Contenders)
{
    /// <summary>What the figures are held against.</summary>
    public IReadOnlyList<Bar> Bars { get; init; } = [];
}

/// <summary>One row.</summary>
/// <param name="Name">The first column.</param>
/// <param name="RunAsync">Measures it once; the share is that of the full load, 1 but for a short run.</param>
internal sealed record Contender(string Name, Func<BenchComponents, double, CancellationToken, Task<Measurement>> RunAsync);

/// <summary>A figure that is promised.</summary>
/// <param name="Text">The promise.</param>
/// <param name="Value">Its value in one round.</param>
/// <param name="Limit">What the median must reach or not exceed.</param>
/// <param name="IsCeiling">True where more is worse.</param>
internal sealed record Bar(string Text, Func<Round, double> Value, double Limit, bool IsCeiling = false)
{
    public bool IsMet(double median) => IsCeiling ? median <= Limit : median >= Limit;
}
