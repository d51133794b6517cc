using Local.Components;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Senders;

/// <summary>A file of docs/senders, run by its language's interpreter.</summary>
internal static class Script
{
    private const string Python = "/usr/bin/python3";

    internal static readonly string[] Languages = ["py", "mjs"];

    /// <summary>Runs a script to its end.</summary>
    /// <param name="name">Its file, such as <c>wire.py</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="environment">Its environment.</param>
    /// <param name="isolated">Python alone: hides every package that is no part of the standard library.</param>
    internal static Task<CommandResult> RunAsync(
        string name,
        IReadOnlyList<string> arguments,
        string? input = null,
        IReadOnlyDictionary<string, string>? environment = null,
        bool isolated = false)
    {
        var path = Repository.PathOf("docs", "senders", name);
        var python = name.EndsWith(".py", StringComparison.Ordinal);
        IReadOnlyList<string> command = isolated ? ["-I", "-S", path, .. arguments] : [path, .. arguments];
        var start = new ChildProcessStart(python ? Python : LocalFolders.Node, command) { Name = name };
        return ChildCommand.RunAsync(environment is null ? start : start with { Environment = environment }, input);
    }
}
