using System.Globalization;

namespace Fuzz;

/// <summary>The command line.</summary>
internal sealed record FuzzOptions
{
    internal const string Usage = """
        usage: fuzz [--inputs N] [--seed N] [--target NAME] [--out FOLDER] [--collect FOLDER]
               fuzz --replay FILE

          --inputs N         inputs in all, shared out evenly to the targets (1,000,000)
          --seed N           the same seed makes the same inputs (1)
          --target NAME      one target alone: text, header, assembler, batch, lines
          --out FOLDER       where inputs that break a rule are written (artifacts/fuzz)
          --collect FOLDER   also writes the smallest input of each trait
          --replay FILE      runs the input in a file, and says what came of it

        Exit code 0: no rule is broken; 1: one is; 2: usage.
        """;

    internal long Inputs { get; init; } = 1_000_000;

    internal int Seed { get; init; } = 1;

    internal string? Target { get; init; }

    internal string Out { get; init; } = Path.Combine("artifacts", "fuzz");

    internal string? Collect { get; init; }

    internal string? Replay { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">One is unknown, or lacks its value.</exception>
    internal static FuzzOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new FuzzOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count)
                throw new FormatException($"'{arguments[i]}' is unknown or lacks its value");
            options = options.With(arguments[i], arguments[i + 1]);
        }

        return options;
    }

    private FuzzOptions With(string name, string value) => name switch
    {
        "--inputs" when long.TryParse(value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var inputs) =>
            this with { Inputs = inputs },
        "--seed" when int.TryParse(value, out var seed) => this with { Seed = seed },
        "--target" when Targets.FuzzTargets.Find(value) is not null => this with { Target = value },
        "--out" => this with { Out = value },
        "--collect" => this with { Collect = value },
        "--replay" when File.Exists(value) => this with { Replay = value },
        _ => throw new FormatException($"'{name} {value}' is no option, no number, no target or no file"),
    };
}
