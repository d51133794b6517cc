using Harness.Components;

namespace Functions.Tests.Packages;

/// <summary>The SDK's command line.</summary>
internal static class Dotnet
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(10);

    /// <summary>The folder with the packages that were restored before.</summary>
    public static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>Runs a command in a folder; a failure fails the test with what the command wrote.</summary>
    public static async Task RunAsync(string folder, params IReadOnlyList<string> arguments)
    {
        var program = Path.Combine(ChildProcessStart.CleanEnvironment["DOTNET_ROOT"], "dotnet");
        var result = await ChildCommand.RunAsync(
            new ChildProcessStart(program, arguments)
            {
                WorkingDirectory = folder,
                // Sources and packages are the developer's; servers that outlive the command are not started.
                Environment = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["HOME"] = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
                    ["DOTNET_NOLOGO"] = "1",
                    ["MSBUILDDISABLENODEREUSE"] = "1",
                },
            },
            timeout: CommandTimeout);
        Assert.True(result.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {result.Output}{result.Errors}");
    }
}
