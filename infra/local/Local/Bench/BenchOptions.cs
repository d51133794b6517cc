using System.Collections.Immutable;
using System.Globalization;

namespace Local.Bench;

/// <summary>The command line of <c>bench</c>.</summary>
/// <param name="Rounds">Runs of each contender, in turns.</param>
/// <param name="IsShort">A tenth of the load; the page is not written then.</param>
/// <param name="Only">Parts, between |, of the names of the contenders to run; null runs all. The page is not written
/// then.</param>
/// <param name="Settings">What every bridge gets beside its own settings; the page is not written with any.</param>
/// <param name="Comparisons">What to run.</param>
internal sealed record BenchOptions(
    int Rounds, bool IsShort, string? Only, ImmutableDictionary<string, string> Settings, IReadOnlyList<Comparison> Comparisons)
{
    private const int LeastRounds = 5;
    private const int ShortRounds = 2;
    private const double ShortLoad = 0.1;

    public static string Usage => $"""
        usage: bench [--rounds N] [--short] [--only TEXT] [--set NAME=VALUE]... [comparison...]

          --rounds N        runs of each contender; default {LeastRounds}, short {ShortRounds}
          --short           a tenth of the load; docs/performance.md is left alone
          --only TEXT       contenders with the text, or with one of several between |, in their name; docs/performance.md is left alone
          --set NAME=VALUE  a variable of every bridge's environment, such as Bridge__RabbitMq__Connections=8; docs/performance.md is left alone

        comparisons, all by default: {string.Join(", ", BenchCatalogue.All.Select(comparison => comparison.Name))}
        """;

    /// <summary>The part of each load that is run.</summary>
    public double Load => IsShort ? ShortLoad : 1;

    /// <summary>False where the figures are not those that docs/performance.md promises.</summary>
    public bool IsForPage => !IsShort && Only is null && Settings.IsEmpty;

    /// <summary>False for a contender that is left out.</summary>
    public bool Runs(Contender contender) =>
        Only is null || Only.Split('|').Any(part => contender.Name.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>Null for anything that is not in <see cref="Usage"/>.</summary>
    public static BenchOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchOptions(
            Rounds: 0, IsShort: false, Only: null, ImmutableDictionary.Create<string, string>(StringComparer.Ordinal), []);
        for (var index = 0; index < arguments.Count; index++)
        {
            if (arguments[index] is "--short")
            {
                options = options with { IsShort = true };
            }
            else if (arguments[index] is "--rounds" && Number(arguments, ++index) is > 0 and var rounds)
            {
                options = options with { Rounds = rounds };
            }
            else if (arguments[index] is "--only" && ++index < arguments.Count)
            {
                options = options with { Only = arguments[index] };
            }
            else if (arguments[index] is "--set"
                && ++index < arguments.Count
                && arguments[index].Split('=', 2) is [{ Length: > 0 } name, var value])
            {
                options = options with { Settings = options.Settings.SetItem(name, value) };
            }
            else if (BenchCatalogue.All.FirstOrDefault(comparison => comparison.Name == arguments[index]) is { } named)
            {
                options = options with { Comparisons = [.. options.Comparisons, named] };
            }
            else
            {
                return null;
            }
        }

        return options with
        {
            Rounds = options.Rounds > 0 ? options.Rounds : options.IsShort ? ShortRounds : LeastRounds,
            Comparisons = options.Comparisons.Count > 0 ? options.Comparisons : BenchCatalogue.All,
        };
    }

    private static int? Number(IReadOnlyList<string> arguments, int index) =>
        index < arguments.Count && int.TryParse(arguments[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
