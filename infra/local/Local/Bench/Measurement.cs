namespace Local.Bench;

/// <summary>What one run of one contender gave.</summary>
internal sealed class Measurement : Dictionary<Metric, double>;

/// <summary>One measurement of every contender, by its name.</summary>
internal sealed class Round : Dictionary<string, Measurement>
{
    /// <summary>A value.</summary>
    public double Of(string contender, Metric metric) => this[contender][metric];

    /// <summary>How many times the second's value the first's is.</summary>
    public double Ratio(string first, string second, Metric metric) => Of(first, metric) / Of(second, metric);
}

/// <summary>Values of all rounds, briefly.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return new Spread(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0], sorted[^1]);
    }
}
