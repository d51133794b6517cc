namespace Bridge.Commands;

/// <summary>What one check found.</summary>
/// <param name="Name">What was tried.</param>
/// <param name="Error">Null when it works; else one line with the remedy.</param>
/// <param name="IsTransient">True when waiting may be enough.</param>
internal sealed record CheckResult(string Name, string? Error = null, bool IsTransient = false)
{
    /// <summary>The line that <c>bridge check</c> prints.</summary>
    public override string ToString() => Error is null ? $"ok   {Name}" : $"FAIL {Name}: {CommandErrors.OneLine(Error)}";
}
