using Telemetry.Listening;

namespace Bridge.Hosting.Metrics;

/// <summary>Names of metrics after Prometheus's conventions.</summary>
internal static class PrometheusName
{
    /// <summary>The name of an instrument: its unit and, of a counter, <c>_total</c> at the end.</summary>
    public static string Of(string instrument, string? unit, MetricKind kind)
    {
        var name = WithSuffix(Legal(instrument), UnitSuffix(unit));
        return kind is MetricKind.Counter or MetricKind.ObservedCounter ? WithSuffix(name, "_total") : name;
    }

    /// <summary>A name of letters, digits and underscores, beginning with no digit.</summary>
    public static string Legal(string name)
    {
        var legal = string.Create(name.Length, name, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = char.IsAsciiLetterOrDigit(source[i]) ? source[i] : '_';
        });
        return legal.Length > 0 && char.IsAsciiDigit(legal[0]) ? $"_{legal}" : legal;
    }

    // Units in braces only say what is counted; the name says it too.
    private static string UnitSuffix(string? unit) => unit switch
    {
        "s" => "_seconds",
        "By" => "_bytes",
        _ => "",
    };

    private static string WithSuffix(string name, string suffix) =>
        name.EndsWith(suffix, StringComparison.Ordinal) ? name : name + suffix;
}
