using System.Runtime.InteropServices;

namespace Bridge.Hosting.Metrics;

/// <summary>One number of a metric.</summary>
/// <param name="Tags">Its labels.</param>
/// <param name="Value">The number.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MetricValue(IReadOnlyList<KeyValuePair<string, object?>> Tags, double Value)
{
    /// <summary>A label's value; null where it has none of that name.</summary>
    public string? Tag(string name) => Tags.FirstOrDefault(tag => tag.Key == name).Value?.ToString();
}

/// <summary>The numbers of all metrics at one moment.</summary>
internal sealed class MetricValues(Dictionary<string, IReadOnlyList<MetricValue>> families)
{
    /// <summary>A metric's numbers; none where it has not been measured.</summary>
    public IReadOnlyList<MetricValue> Of(string name) => families.GetValueOrDefault(name) ?? [];

    /// <summary>Their sum.</summary>
    public double Sum(string name) => Of(name).Sum(value => value.Value);

    /// <summary>Their sum over those with a label of that value.</summary>
    public double Sum(string name, string label, string? labelValue) =>
        Of(name).Where(value => value.Tag(label) == labelValue).Sum(value => value.Value);

    /// <summary>The largest of them; 0 where there is none.</summary>
    public double Max(string name) => Of(name).Select(value => value.Value).DefaultIfEmpty().Max();
}
