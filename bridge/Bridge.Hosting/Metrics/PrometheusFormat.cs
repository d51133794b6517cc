using System.Text;
using Telemetry.Listening;

namespace Bridge.Hosting.Metrics;

/// <summary>The lines of the Prometheus text format 0.0.4.</summary>
internal static class PrometheusFormat
{
    /// <summary>Writes a metric's HELP and TYPE.</summary>
    public static void Head(StringBuilder text, string name, string help, MetricKind kind)
    {
        text.Append("# HELP ").Append(name).Append(' ')
            .Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(TypeOf(kind)).Append('\n');
    }

    /// <summary>Writes one sample.</summary>
    public static void Sample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>Labels as they stand between the braces.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = "";
        foreach (var tag in tags)
            labels = With(labels, PrometheusName.Legal(tag.Key), tag.Value?.ToString() ?? "");
        return labels;
    }

    /// <summary>The labels and one more.</summary>
    public static string With(string labels, string name, string value) =>
        $"{labels}{(labels.Length > 0 ? "," : "")}{name}=\"{Escape(value)}\"";

    /// <summary>A number as the format writes it.</summary>
    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString(),
    };

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter or MetricKind.ObservedCounter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };
}
