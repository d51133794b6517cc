using System.Text.Json;
using System.Text.Json.Nodes;
using Harness.Components;

namespace Deployment.Tests;

/// <summary>YAML files of the repository, read by <c>read-yaml.mjs</c>.</summary>
internal static class Yaml
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Reads files.</summary>
    /// <param name="files">Paths from the repository's root, or absolute ones.</param>
    public static Task<IReadOnlyList<YamlFile>> ReadAsync(params IReadOnlyList<string> files) => RunAsync("read", files);

    /// <summary>Reads files, and holds Kubernetes objects in them against the types of Kubernetes and KEDA.</summary>
    public static Task<IReadOnlyList<YamlFile>> JudgeAsync(params IReadOnlyList<string> files) => RunAsync("judge", files);

    private static async Task<IReadOnlyList<YamlFile>> RunAsync(string order, IReadOnlyList<string> files)
    {
        var paths = files.Select(file => Path.Combine(LocalFolders.Root, file)).ToList();
        var result = await NodeScript.RunAsync(
            "tests/Deployment.Tests/read-yaml.mjs", [order, .. paths], timeout: Patience, packages: LocalFolders.Deployment);
        var read = JsonNode.Parse(result.EnsureSuccess("read-yaml.mjs").Output)!.AsArray();
        return [.. read.Select(file => new YamlFile(
            Path.GetRelativePath(LocalFolders.Root, file!["file"].Text()),
            [.. file["documents"]!.AsArray().Select(document => document!)],
            [.. file["errors"]!.AsArray().Select(error => error.Text())]))];
    }
}

/// <summary>A file and what is wrong with it.</summary>
/// <param name="Path">From the repository's root.</param>
/// <param name="Documents">Its documents; none where it is no YAML.</param>
/// <param name="Errors">One line each.</param>
internal sealed record YamlFile(string Path, IReadOnlyList<JsonNode> Documents, IReadOnlyList<string> Errors);
