namespace Harness.Components;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code; 128 + signal when a signal ended it.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Gives the result back when the program succeeded.</summary>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    public CommandResult EnsureSuccess(string what) =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"{what} failed with {ExitCode}: {Errors.Trim()} {Output.Trim()}");
}
