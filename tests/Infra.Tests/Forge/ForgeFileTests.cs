using System.Text.Json;
using System.Text.Json.Nodes;
using Deployment.Tests;
using Harness.Components;

namespace Infra.Tests.Forge;

/// <summary>What the forge and editors read besides the workflows.</summary>
public sealed class ForgeFileTests
{
    [Theory]
    [InlineData("bug.yml")]
    [InlineData("feature.yml")]
    public async Task An_issue_form_has_what_the_forge_asks_for(string name)
    {
        var form = await ReadAsync(".github", "ISSUE_TEMPLATE", name);
        var fields = form.At("body").Items().Where(field => field.At("type").Text() != "markdown").ToList();

        Assert.NotEmpty(form.At("name").Text());
        Assert.NotEmpty(form.At("description").Text());
        Assert.Contains(fields, field => field.At("validations", "required").Text() == "true");
        Assert.All(fields, field =>
        {
            Assert.Contains(field.At("type").Text(), new[] { "input", "textarea", "dropdown", "checkboxes" });
            Assert.NotEmpty(field.At("attributes", "label").Text());
            Assert.Equal(field.At("type").Text() == "dropdown", field.At("attributes", "options").Items().Any());
        });
        Assert.Equal(fields.Count, fields.Select(field => field.At("id").Text()).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Every_folder_with_dependencies_gets_updates()
    {
        var updates = (await ReadAsync(".github", "dependabot.yml")).At("updates").Items().ToList();

        Assert.Equal(
            ["docker /infra/container", "github-actions /", .. PackageFolders().Select(folder => $"npm {folder}"), "nuget /"],
            updates.SelectMany(Watched).Order(StringComparer.Ordinal));
        Assert.All(updates, update => Assert.Equal("weekly", update.At("schedule", "interval").Text()));
        Assert.All(updates, update => Assert.NotEmpty(update.At("groups").Members()));

        static IEnumerable<string> Watched(JsonNode update) =>
            update.At("directories").Items().Append(update.At("directory")).Where(folder => folder.Text() != "")
                .Select(folder => $"{update.At("package-ecosystem").Text()} {folder.Text()}");
    }

    [Fact]
    public void The_devcontainer_has_what_the_commands_need()
    {
        var container = ReadJson(".devcontainer", "devcontainer.json");
        var sdk = ReadJson("global.json").At("sdk", "version").Text();

        Assert.NotEmpty(container.At("image").Text());
        Assert.StartsWith($"{VersionOf("dotnet:2")}.", sdk, StringComparison.Ordinal);
        Assert.InRange(int.Parse(VersionOf("node:1")), 20, 99);
        var script = container.At("postCreateCommand").Text().Split(' ')[0];
        Assert.True(File.Exists(Path.Combine(LocalFolders.Root, script)), script);

        string VersionOf(string feature) =>
            container.At("features", $"ghcr.io/devcontainers/features/{feature}", "version").Text();
    }

    private static IEnumerable<string> PackageFolders() =>
        Directory.EnumerateFiles(Path.Combine(LocalFolders.Root, "infra"), "package.json", SearchOption.AllDirectories)
            .Where(file => !file.Contains("node_modules", StringComparison.Ordinal))
            .Select(file => $"/{Path.GetRelativePath(LocalFolders.Root, Path.GetDirectoryName(file)!)}")
            .Order(StringComparer.Ordinal);

    private static JsonNode? ReadJson(params string[] path) => JsonNode.Parse(
        File.ReadAllText(Path.Combine([LocalFolders.Root, .. path])),
        documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });

    private static async Task<JsonNode> ReadAsync(params string[] path)
    {
        var file = Assert.Single(await Yaml.ReadAsync(Path.Combine(path)));
        Assert.Empty(file.Errors);
        return Assert.Single(file.Documents);
    }
}
