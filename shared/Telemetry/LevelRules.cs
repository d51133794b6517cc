namespace Telemetry;

/// <summary>
/// The least level at which logs are sent, in general and by category; as text <c>info,Orders.Payment=debug</c>.
/// The rule of a category also holds for the categories below it (after a dot). If several rules hold, the longest one decides.
/// Spans, metrics and audit events are always sent.
/// </summary>
public sealed class LevelRules
{
    private readonly KeyValuePair<string, TelemetryLevel>[]? _categories;

    /// <summary>Rules with a general minimum and one for each category named.</summary>
    public LevelRules(TelemetryLevel minimum, IEnumerable<KeyValuePair<string, TelemetryLevel>>? categories = null)
    {
        Minimum = minimum;
        Lowest = minimum;
        // Most functions have no such rule. Their start must not wait until the code of a query is loaded.
        if (categories is null)
            return;
        _categories = [.. categories.OrderByDescending(rule => rule.Key.Length)];
        foreach (var rule in _categories)
            Lowest = rule.Value < Lowest ? rule.Value : Lowest;
    }

    /// <summary>Everything is sent.</summary>
    public static LevelRules Everything { get; } = new(TelemetryLevel.Trace);

    /// <summary>The minimum where no category's rule holds.</summary>
    public TelemetryLevel Minimum { get; }

    /// <summary>The lowest level of all rules.</summary>
    internal TelemetryLevel Lowest { get; }

    /// <summary>
    /// Reads rules such as <c>info,Orders.Payment=debug,Microsoft=warn</c>; the part without a category is the general minimum.
    /// </summary>
    /// <exception cref="FormatException">A level or a part is none; the message says which and what may stand there.</exception>
    public static LevelRules Parse(string text)
    {
        var minimum = TelemetryLevel.Trace;
        List<KeyValuePair<string, TelemetryLevel>> categories = [];
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var sign = part.LastIndexOf('=');
            if (!TryParseLevel(part[(sign + 1)..].Trim(), out var level))
            {
                throw new FormatException(
                    $"'{part}' names no level: give trace, debug, info, warn, error or fatal, or CATEGORY=LEVEL");
            }

            if (sign < 0)
                minimum = level;
            else
                categories.Add(new(part[..sign].Trim(), level));
        }

        return new LevelRules(minimum, categories);
    }

    /// <summary>The least level at which a category's logs are sent.</summary>
    public TelemetryLevel MinimumFor(string? category)
    {
        if (category is not null && _categories is not null)
        {
            foreach (var rule in _categories)
            {
                if (Covers(rule.Key, category))
                    return rule.Value;
            }
        }

        return Minimum;
    }

    private static bool Covers(string rule, string category) =>
        category.StartsWith(rule, StringComparison.Ordinal) && (category.Length == rule.Length || category[rule.Length] is '.');

    private static bool TryParseLevel(string text, out TelemetryLevel level)
    {
        TelemetryLevel? known = text.ToLowerInvariant() switch
        {
            "trace" => TelemetryLevel.Trace,
            "debug" => TelemetryLevel.Debug,
            "info" or "information" => TelemetryLevel.Info,
            "warn" or "warning" => TelemetryLevel.Warn,
            "error" => TelemetryLevel.Error,
            "fatal" or "critical" => TelemetryLevel.Fatal,
            _ => null,
        };
        level = known.GetValueOrDefault();
        return known is not null;
    }
}
