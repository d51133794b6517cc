using System.Runtime.InteropServices;

namespace Harness.Components;

/// <summary>What to start and how.</summary>
/// <param name="FileName">The executable's full path.</param>
/// <param name="Arguments">Its arguments, each one as it is.</param>
public sealed record ChildProcessStart(string FileName, params IReadOnlyList<string> Arguments)
{
    /// <summary>The name that errors use; the file's name when not set.</summary>
    public string Name { get; init; } = Path.GetFileName(FileName);

    /// <summary>
    /// The process's whole environment beyond <see cref="CleanEnvironment"/>: nothing is inherited, so that no
    /// setting of the developer's shell changes what a component does.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The folder the process starts in.</summary>
    public string WorkingDirectory { get; init; } = LocalFolders.Root;

    /// <summary>A file that output and errors are written to; null keeps them in memory alone.</summary>
    public string? LogFile { get; init; }

    /// <summary>What every process gets: a path, a locale, and where the .NET runtime lies.</summary>
    public static IReadOnlyDictionary<string, string> CleanEnvironment { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["LANG"] = "C.UTF-8",
            ["HOME"] = Path.GetTempPath(),
            ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        };
}
