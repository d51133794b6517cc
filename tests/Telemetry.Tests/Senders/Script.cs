using Harness.Components;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Senders;

/// <summary>A file of docs/senders, run by its language's interpreter.</summary>
internal static class Script
{
    private const string Python = "/usr/bin/python3";

    internal static readonly string[] Languages = ["py", "mjs"];

    /// <summary>Where a file of the folder is.</summary>
    internal static string PathOf(string name) => Repository.PathOf("docs", "senders", name);

    /// <summary>Runs code that imports the files of the folder: <c>import post, wire</c>; <c>import('./post.mjs')</c>.</summary>
    internal static Task<CommandResult> EvaluateAsync(
        string language, string code, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = language is "py"
            ? new ChildProcessStart(Python, "-c", code)
            : new ChildProcessStart(LocalFolders.Node, "--input-type=module", "-e", code);
        return ChildCommand.RunAsync(start with
        {
            Name = $"code.{language}",
            WorkingDirectory = Repository.PathOf("docs", "senders"),
            Environment = environment ?? new Dictionary<string, string>(StringComparer.Ordinal),
        });
    }

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
        var path = PathOf(name);
        var python = name.EndsWith(".py", StringComparison.Ordinal);
        IReadOnlyList<string> command = isolated ? ["-I", "-S", path, .. arguments] : [path, .. arguments];
        var start = new ChildProcessStart(python ? Python : LocalFolders.Node, command) { Name = name };
        return ChildCommand.RunAsync(environment is null ? start : start with { Environment = environment }, input);
    }
}
