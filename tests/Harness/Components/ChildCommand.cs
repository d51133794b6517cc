using System.Diagnostics;

namespace Harness.Components;

/// <summary>Runs a program to its end.</summary>
public static class ChildCommand
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Starts the program, gives it the input, and collects what it writes.</summary>
    /// <param name="start">The program; its <see cref="ChildProcessStart.LogFile"/> is not used.</param>
    /// <param name="input">Standard input's whole text; null for none.</param>
    /// <param name="timeout">When to kill it; a minute when null.</param>
    /// <param name="cancellationToken">Kills it too.</param>
    /// <exception cref="TimeoutException">It was killed because the time passed.</exception>
    public static async Task<CommandResult> RunAsync(
        ChildProcessStart start,
        string? input = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        using var process = await ChildStarter.StartAsync(start);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var work = Task.WhenAll(WriteAsync(process, input), output, errors, process.WaitForExitAsync(cancellationToken));
        try
        {
            await work.WaitAsync(timeout ?? DefaultTimeout, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException(
                $"{start.Name} {string.Join(' ', start.Arguments)} did not end in time and was killed", error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        return new CommandResult(process.ExitCode, await output, await errors);
    }

    private static async Task WriteAsync(Process process, string? input)
    {
        try
        {
            if (input is not null)
                await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading everything: its exit code says what that means.
        }
    }
}

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code; 128 + signal when a signal ended it.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Gives the result back when the program succeeded.</summary>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    public CommandResult EnsureSuccess(string what) =>
        ExitCode == 0
            ? this
            : throw new InvalidOperationException($"{what} failed with {ExitCode}: {Errors.Trim()} {Output.Trim()}");
}
