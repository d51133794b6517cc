namespace Simulation;

/// <summary>The command line.</summary>
internal sealed record SimulationOptions
{
    internal const string Usage = """
        usage: simulation [--seeds N] [--first N]
               simulation --seed N [--trace] [--plant]

          --seeds N    runs in all (2,000)
          --first N    seed of the first, the others follow (1)
          --seed N     one run alone
          --trace      prints everything that happens in it
          --plant      lets a message disappear from its queue, to see that it is noticed

        Exit code 0: every rule holds; 1: one is broken; 2: usage.
        """;

    internal int Seeds { get; init; } = 2_000;

    internal int First { get; init; } = 1;

    internal bool Trace { get; init; }

    internal bool Plant { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">One is unknown, or lacks its value.</exception>
    internal static SimulationOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new SimulationOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--trace")
                options = options with { Trace = true };
            else if (arguments[i] == "--plant")
                options = options with { Plant = true };
            else if (i + 1 < arguments.Count && int.TryParse(arguments[i + 1], out var value) && value >= 0)
                options = options.With(arguments[i++], value);
            else
                throw new FormatException($"'{arguments[i]}' is unknown or lacks its number");
        }

        return options;
    }

    private SimulationOptions With(string name, int value) => name switch
    {
        "--seeds" => this with { Seeds = value },
        "--first" => this with { First = value },
        "--seed" => this with { First = value, Seeds = 1 },
        _ => throw new FormatException($"'{name}' is unknown"),
    };
}
