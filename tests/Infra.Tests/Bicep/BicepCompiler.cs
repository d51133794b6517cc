using System.Reflection;
using System.Text.RegularExpressions;
using Harness.Components;
using Infra.Tests.Validation;

namespace Infra.Tests.Bicep;

/// <summary>The compiler of Bicep, which the restore of this project brings.</summary>
internal static partial class BicepCompiler
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(4);

    private static readonly string Program = typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "BicepCompiler").Value!;

    /// <summary>
    /// Compiles every file below a folder and writes its JSON beside it; files with errors have none. The linter runs as well.
    /// </summary>
    /// <returns>Errors and warnings, each once, with the files' whole paths.</returns>
    /// <exception cref="InvalidOperationException">The compiler did not do its work.</exception>
    public static async Task<IReadOnlyList<Finding>> BuildAsync(string folder)
    {
        var result = await RunAsync("build", folder);
        var lines = result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // It compiles a module again for each file that uses it.
        var findings = lines.Select(line => Line().Match(line)).Where(match => match.Success).Select(FindingIn).Distinct()
            .ToList();
        if (findings.Count == 0)
            result.EnsureSuccess("bicep build");
        return findings;
    }

    /// <summary>Formats every file below a folder.</summary>
    /// <exception cref="InvalidOperationException">The compiler did not do its work.</exception>
    public static async Task FormatAsync(string folder) => (await RunAsync("format", folder)).EnsureSuccess("bicep format");

    private static Task<CommandResult> RunAsync(string command, string folder)
    {
        var start = new ChildProcessStart(Program, [command, "--pattern", $"{folder}/**/*.bicep"]) { Name = "bicep" };
        return ChildCommand.RunAsync(start, timeout: Timeout);
    }

    private static Finding FindingIn(Match match)
    {
        var groups = match.Groups;
        var line = int.Parse(groups["line"].Value);
        return new Finding(groups["file"].Value, line, groups["severity"].Value, groups["message"].Value);
    }

    // Such as /azure/main.bicep(86,7) : Warning no-unused-params: Parameter "redundancy" is declared but never used.
    [GeneratedRegex(
        @"^(?<file>[^(]+)\((?<line>\d+),\d+\) : (?<severity>\w+) (?<message>.*)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();
}
