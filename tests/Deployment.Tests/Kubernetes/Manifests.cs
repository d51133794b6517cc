using System.Text.Json.Nodes;
using Harness.Components;

namespace Deployment.Tests.Kubernetes;

/// <summary>The manifests of one overlay with those of the base, as they are before kustomize puts them together.</summary>
internal sealed class Manifests
{
    private const string Folder = "infra/kubernetes";
    private const string Secret = "secret.example.yaml";

    private readonly IReadOnlyList<YamlFile> _files;

    private Manifests(string overlay, IReadOnlyList<YamlFile> files) => (Overlay, _files) = (overlay, files);

    public static IReadOnlyList<string> Overlays { get; } = ["azure-queue", "aws-sqs"];

    /// <summary>Every manifest of the repository.</summary>
    public static IReadOnlyList<string> Files =>
    [
        .. Directory.EnumerateFiles(Path.Combine(LocalFolders.Root, Folder), "*.yaml", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The overlay's folder.</summary>
    public string Overlay { get; }

    /// <summary>The overlay's kustomization.</summary>
    public JsonNode Kustomization => Document($"{Overlay}/kustomization.yaml");

    /// <summary>The base's kustomization.</summary>
    public JsonNode Base => Document("base/kustomization.yaml");

    /// <summary>Objects that the overlay makes, the example's secret included; patches are none.</summary>
    public IEnumerable<JsonNode> Objects => Resources(Base, "base").Concat(Resources(Kustomization, Overlay)).Append(Secret)
        .SelectMany(Documents);

    /// <summary>The overlay's patches that are files, with the objects in them.</summary>
    public IEnumerable<JsonNode> Patches => Kustomization.At("patches").Items().Where(patch => patch.At("path") is not null)
        .SelectMany(patch => Documents($"{Overlay}/{patch.At("path").Text()}"));

    /// <summary>Reads an overlay.</summary>
    /// <param name="overlay">Its folder's name.</param>
    /// <param name="change">Changes a file's text as it is read: from its path in the folder and its text to the text; null for
    /// none.</param>
    public static async Task<Manifests> ReadAsync(string overlay, Func<string, string, string>? change = null)
    {
        var root = Path.Combine(LocalFolders.Root, Folder);
        var copy = LocalFolders.NewRunFolder("manifests");
        try
        {
            var copies = Files.Select(
                file => (Name: Path.GetRelativePath(root, file), Copy: Path.Combine(copy, Path.GetRelativePath(root, file))))
                .ToList();
            foreach (var (name, path) in copies)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                var text = await File.ReadAllTextAsync(Path.Combine(root, name));
                await File.WriteAllTextAsync(path, change?.Invoke(name, text) ?? text);
            }

            var files = await Yaml.ReadAsync([.. copies.Select(file => file.Copy)]);
            return new Manifests(overlay, [.. files.Zip(copies, (file, source) => file with { Path = source.Name })]);
        }
        finally
        {
            LocalFolders.RemoveRunFolder(copy);
        }
    }

    /// <summary>Objects of a kind.</summary>
    public IEnumerable<JsonNode> OfKind(string kind) => Objects.Where(item => item.At("kind").Text() == kind);

    /// <summary>The object of a kind and a name; null where the overlay makes none.</summary>
    public JsonNode? Find(string kind, string name) =>
        OfKind(kind).FirstOrDefault(item => item.At("metadata", "name").Text() == name);

    /// <summary>True where the manifest is there.</summary>
    public bool Has(string path) => _files.Any(file => file.Path == path);

    private static IEnumerable<string> Resources(JsonNode kustomization, string folder) =>
        kustomization.At("resources").Items().Select(resource => resource.Text()).Where(name => name != "../base")
            .Select(name => $"{folder}/{name}");

    private JsonNode Document(string path) => Documents(path).Single();

    private IEnumerable<JsonNode> Documents(string path) =>
        _files.Where(file => file.Path == path).SelectMany(file => file.Documents);
}
