using System.Text.Json;
using Local.Components;

namespace Infra.Tests.Validation;

/// <summary>A script of <c>infra/validate</c>, which checks folders of templates and prints a line of JSON for each.</summary>
internal static class Validator
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>Checks the folders, in one process because its rules take seconds to load.</summary>
    public static async Task<IReadOnlyList<JsonElement>> RunAsync(string script, IReadOnlyList<string> folders)
    {
        var packages = Path.Combine(LocalFolders.Local, "validate");
        LocalFolders.Installed(Path.Combine(packages, "package.json"));
        var path = Path.Combine(LocalFolders.Root, "infra", "validate", script);
        var start = new ChildProcessStart(
            LocalFolders.Node, ["--import", Path.Combine(LocalFolders.Scripts, "resolve.mjs"), path, .. folders])
        {
            Name = script,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["LOCAL_NPM"] = packages },
        };
        var result = (await ChildCommand.RunAsync(start, timeout: Patience)).EnsureSuccess(script);
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static JsonElement Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }
}
