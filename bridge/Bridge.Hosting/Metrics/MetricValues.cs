using System.Runtime.InteropServices;

namespace Bridge.Hosting.Metrics;

/// <summary>One value of a metric.</summary>
/// <param name="Tags">Its labels, named as the instrument names them.</param>
/// <param name="Value">The value.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MetricValue(IReadOnlyList<KeyValuePair<string, object?>> Tags, double Value)
{
    /// <summary>A label's value; null when there is no label of that name.</summary>
    public string? Tag(string name) => Tags.FirstOrDefault(tag => tag.Key == name).Value?.ToString();
}

/// <summary>The values of all metrics at one moment, by their names in Prometheus.</summary>
internal sealed class MetricValues(Dictionary<string, IReadOnlyList<MetricValue>> families)
{
    /// <summary>A metric's values; empty when it was never measured.</summary>
    public IReadOnlyList<MetricValue> Find(string name) => families.GetValueOrDefault(name) ?? [];

    /// <summary>The sum of a metric's values.</summary>
    public double Sum(string name) => Find(name).Sum(value => value.Value);

    /// <summary>The sum of the values whose label has this value.</summary>
    public double Sum(string name, string label, string? labelValue) =>
        Find(name).Where(value => value.Tag(label) == labelValue).Sum(value => value.Value);

    /// <summary>The largest value; 0 when there is none.</summary>
    public double Max(string name) => Find(name).Select(value => value.Value).DefaultIfEmpty().Max();
}
