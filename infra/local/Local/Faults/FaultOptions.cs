using System.Globalization;
using Harness.Faults;

namespace Local.Faults;

/// <summary>The command line of <c>faults</c>.</summary>
/// <param name="Runs">Runs of each scenario.</param>
/// <param name="Seed">Of the first run; the next ones count up from it.</param>
/// <param name="IsShort">The default tests' short forms; the page is not written then.</param>
/// <param name="Scenarios">What to run.</param>
internal sealed record FaultOptions(int Runs, int Seed, bool IsShort, IReadOnlyList<FaultScenario> Scenarios)
{
    public static string Usage => $"""
        usage: faults [--runs N] [--seed N] [--short] [scenario...]

          --runs N   runs of each scenario; default 1
          --seed N   seed of the first run, which every run prints; default 1
          --short    the default tests' short forms; docs/reliability.md is left alone

        scenarios, all by default: {string.Join(", ", FaultCatalogue.All.Select(scenario => scenario.Name))}
        """;

    /// <summary>Null for anything that is not in <see cref="Usage"/>.</summary>
    public static FaultOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new FaultOptions(Runs: 1, Seed: 1, IsShort: false, []);
        for (var index = 0; index < arguments.Count; index++)
        {
            if (arguments[index] is "--short")
                options = options with { IsShort = true };
            else if (arguments[index] is "--runs" && Number(arguments, ++index) is > 0 and var runs)
                options = options with { Runs = runs };
            else if (arguments[index] is "--seed" && Number(arguments, ++index) is { } seed)
                options = options with { Seed = seed };
            else if (FaultCatalogue.Find(arguments[index]) is { } scenario)
                options = options with { Scenarios = [.. options.Scenarios, scenario] };
            else
                return null;
        }

        return options.Scenarios.Count > 0 ? options : options with { Scenarios = FaultCatalogue.All };
    }

    private static int? Number(IReadOnlyList<string> arguments, int index) =>
        index < arguments.Count && int.TryParse(arguments[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
