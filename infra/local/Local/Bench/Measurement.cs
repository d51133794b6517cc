namespace Local.Bench;

/// <summary>Something that is measured.</summary>
/// <param name="Title">Its column's head.</param>
/// <param name="Format">How its values are written.</param>
internal sealed record Metric(string Title, string Format = "N0")
{
    public static readonly Metric Rate = new("events/s");
    public static readonly Metric Megabytes = new("MB/s", "N1");
    public static readonly Metric Cpu = new("CPU µs/event", "N1");
    public static readonly Metric BrokerCpu = new("broker's CPU µs/event", "N1");
    public static readonly Metric QueueCpu = new("queue emulator's CPU µs/event", "N1");
    public static readonly Metric Cores = new("cores in use", "N2");
    public static readonly Metric Memory = new("peak MiB");
    public static readonly Metric Allocated = new("allocated B/event");
    public static readonly Metric Messages = new("messages per million events");
    public static readonly Metric Calls = new("calls per million events");
    public static readonly Metric Billed = new("billed units per million events");
    public static readonly Metric Wire = new("MB over the wire per million events");
    public static readonly Metric CpuSeconds = new("bridge's CPU s per million events", "N1");
    public static readonly Metric Median = new("p50 ms", "N1");
    public static readonly Metric High = new("p99 ms", "N1");
    public static readonly Metric Highest = new("p99.9 ms", "N1");

    /// <summary>A value as it stands in a table.</summary>
    public string Write(double value) => value.ToString(Format, System.Globalization.CultureInfo.InvariantCulture);
}

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
        return new Spread(
            sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0], sorted[^1]);
    }
}
