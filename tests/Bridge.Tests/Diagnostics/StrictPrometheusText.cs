using System.Text.RegularExpressions;
using Harness.Components;

namespace Bridge.Tests.Diagnostics;

/// <summary>Reads the Prometheus text format 0.0.4 and fails on whatever a scraper might stumble over.</summary>
internal static partial class StrictPrometheusText
{
    /// <summary>The samples, from name and labels to value.</summary>
    public static IReadOnlyDictionary<string, double> Read(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var families = new HashSet<string>(StringComparer.Ordinal);
        var series = new HashSet<string>(StringComparer.Ordinal);
        var (family, type, samples) = ("", "", 0);
        foreach (var line in text[..^1].Split('\n'))
        {
            if (Help().Match(line) is { Success: true } help)
            {
                Assert.True(family.Length == 0 || samples > 0, $"{family} has no sample");
                (family, type, samples) = (help.Groups["name"].Value, "", 0);
                Assert.True(families.Add(family), $"{family} comes twice");
            }
            else if (Type().Match(line) is { Success: true } typed)
            {
                Assert.Equal(family, typed.Groups["name"].Value);
                type = typed.Groups["type"].Value;
                Assert.Equal(type is "counter", family.EndsWith("_total", StringComparison.Ordinal));
            }
            else
            {
                var sample = Sample().Match(line);
                Assert.True(sample.Success, $"no line of the format: {line}");
                Assert.Contains(sample.Groups["name"].Value, NamesOf(family, type));
                Assert.True(series.Add(sample.Groups["series"].Value), $"{sample.Groups["series"].Value} comes twice");
                samples++;
            }
        }

        return PrometheusSamples.Parse(text);
    }

    private static string[] NamesOf(string family, string type) =>
        type is "histogram" ? [$"{family}_bucket", $"{family}_sum", $"{family}_count"] : [family];

    [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_][a-zA-Z0-9_]*) ([^\\]|\\\\|\\n)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE (?<name>[a-zA-Z_][a-zA-Z0-9_]*) (?<type>counter|gauge|histogram)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Type();

    [GeneratedRegex(
        """^(?<series>(?<name>[a-zA-Z_][a-zA-Z0-9_]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\\\|\\"|\\n)*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\\\|\\"|\\n)*")*\})?) (-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|[+-]Inf|NaN)$""",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Sample();
}
