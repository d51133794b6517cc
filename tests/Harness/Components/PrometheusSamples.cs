using System.Globalization;

namespace Harness.Components;

/// <summary>Reads the Prometheus text format.</summary>
public static class PrometheusSamples
{
    /// <summary>
    /// The samples, from <c>name{labels}</c>, as it is written, to value; comments and time stamps are left out.
    /// </summary>
    public static IReadOnlyDictionary<string, double> Parse(string text)
    {
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line[0] == '#')
                continue;
            // A label's value may hold spaces, so that the name ends at the closing brace where there is one.
            var end = line.LastIndexOf('}') + 1;
            end = end > 0 ? end : line.IndexOf(' ', StringComparison.Ordinal);
            var value = line[end..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            samples[line[..end]] = Value(value);
        }

        return samples;
    }

    private static double Value(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
