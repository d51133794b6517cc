using System.Text;
using Telemetry.Listening;

namespace Bridge.Hosting.Metrics;

/// <summary>Names and lines of the Prometheus text format 0.0.4.</summary>
internal static class PrometheusFormat
{
    /// <summary>Converts an instrument's name: its unit and, for a counter, <c>_total</c> are appended.</summary>
    public static string NameOf(string instrument, string? unit, MetricKind kind)
    {
        // Units in braces only say what is counted; the name already says it.
        var name = WithSuffix(Legal(instrument), unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" });
        return kind is MetricKind.Counter or MetricKind.ObservedCounter ? WithSuffix(name, "_total") : name;
    }

    /// <summary>Writes a metric's HELP and TYPE.</summary>
    public static void Head(StringBuilder text, string name, string help, MetricKind kind)
    {
        var escaped = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        text.Append("# HELP ").Append(name).Append(' ').Append(escaped).Append('\n');
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

    /// <summary>Formats labels as they stand between the braces.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = "";
        foreach (var tag in tags)
            labels = With(labels, Legal(tag.Key), tag.Value?.ToString() ?? "");
        return labels;
    }

    /// <summary>Appends a label.</summary>
    public static string With(string labels, string name, string value) =>
        $"{labels}{(labels.Length > 0 ? "," : "")}{name}=\"{Escape(value)}\"";

    /// <summary>Formats a number.</summary>
    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString(),
    };

    // A name has letters, digits and underscores, and does not begin with a digit.
    private static string Legal(string name)
    {
        var legal = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return legal.Length > 0 && char.IsAsciiDigit(legal[0]) ? $"_{legal}" : legal;
    }

    private static string WithSuffix(string name, string suffix) =>
        name.EndsWith(suffix, StringComparison.Ordinal) ? name : name + suffix;

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
