using System.Text.Json;
using Harness.Components;
using Infra.Tests.Validation;

namespace Infra.Tests.CloudFormation;

/// <summary>
/// AWS's own rules: <c>infra/validate/cloudformation.mjs</c> checks folders of templates and prints a line of JSON for each.
/// </summary>
internal static class CloudFormationRules
{
    private const string Script = "cloudformation.mjs";
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(4);

    /// <summary>Checks the folders, in one process because the rules take seconds to load.</summary>
    public static async Task<IReadOnlyList<Report>> CheckAsync(IReadOnlyList<string> folders)
    {
        var packages = Path.Combine(LocalFolders.Local, "validate");
        LocalFolders.Installed(Path.Combine(packages, "package.json"));
        var path = Path.Combine(LocalFolders.Root, "infra", "validate", Script);
        var start = new ChildProcessStart(
            LocalFolders.Node, ["--import", Path.Combine(LocalFolders.Scripts, "resolve.mjs"), path, .. folders])
        {
            Name = Script,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["LOCAL_NPM"] = packages },
        };
        var result = (await ChildCommand.RunAsync(start, timeout: Timeout)).EnsureSuccess(Script);
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<Report>(line, JsonSerializerOptions.Web)!)];
    }
}
