using Bridge.Tools;

namespace Bridge.Commands;

/// <summary>What one check found.</summary>
/// <param name="Name">What was tried.</param>
/// <param name="Error">Null when it works; else one line with the remedy.</param>
/// <param name="IsTransient">True when waiting may be enough.</param>
internal sealed record CheckResult(string Name, string? Error = null, bool IsTransient = false)
{
    /// <summary>Of what works: one line on what is unwise all the same, with the remedy; else null.</summary>
    public string? Warning { get; init; }

    /// <summary>The line that <c>bridge check</c> prints.</summary>
    public override string ToString() => (Error, Warning) switch
    {
        ({ } error, _) => $"FAIL {Name}: {CommandErrors.OneLine(error)}",
        (_, { } warning) => $"WARN {Name}: {CommandErrors.OneLine(warning)}",
        _ => $"ok   {Name}",
    };
}
