namespace Harness.Components;

/// <summary>
/// JavaScript modules of the repository, run by the installed Node.js with the installed packages within reach.
/// </summary>
public static class NodeScript
{
    /// <summary>Runs a module to its end.</summary>
    /// <param name="script">Its path, absolute or from the repository's root.</param>
    /// <param name="arguments">What it finds in <c>process.argv</c> from 2 on.</param>
    /// <param name="input">Its standard input; null for none.</param>
    /// <param name="timeout">When to kill it; a minute when null.</param>
    /// <param name="packages">The folder of its packages; null for those of the emulators.</param>
    /// <param name="cancellationToken">Kills it too.</param>
    /// <exception cref="TimeoutException">It was killed because the time passed.</exception>
    public static Task<CommandResult> RunAsync(
        string script,
        IReadOnlyList<string> arguments,
        string? input = null,
        TimeSpan? timeout = null,
        string? packages = null,
        CancellationToken cancellationToken = default) =>
        ChildCommand.RunAsync(Start(script, arguments, packages), input, timeout, cancellationToken);

    /// <summary>How to start a module as a child process.</summary>
    /// <param name="script">Its path, absolute or from the repository's root.</param>
    /// <param name="arguments">What it finds in <c>process.argv</c> from 2 on.</param>
    /// <param name="packages">The folder of its packages; null for those of the emulators.</param>
    internal static ChildProcessStart Start(string script, IReadOnlyList<string> arguments, string? packages = null)
    {
        var resolve = Path.Combine(LocalFolders.Scripts, "resolve.mjs");
        var module = LocalFolders.Installed(Path.Combine(LocalFolders.Root, script));
        return new ChildProcessStart(LocalFolders.Node, ["--import", resolve, module, .. arguments])
        {
            Name = Path.GetFileName(script),
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["LOCAL_NPM"] = packages ?? LocalFolders.Npm },
        };
    }
}
