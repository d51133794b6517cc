using Deployment.Tests;
using Harness.Components;

namespace Infra.Tests.Forge;

/// <summary>The workflows of <c>.github/workflows</c>, and copies of one with a mistake each.</summary>
public sealed class WorkflowTests
{
    private static readonly string Workflows = Path.Combine(LocalFolders.Root, ".github", "workflows");

    private const string Unpinned = "not pinned to a commit with its version: - uses: actions/checkout@";
    private const string Rights = "it runs for pull requests with a secret or a right to write";

    private static readonly (string From, string To, string Offence)[] Mistakes =
    [
        ("de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "v6", $"{Unpinned}v6"),
        (" # v6.0.2", "", Unpinned),
        ("  contents: read", "  contents: write", "its permissions are not contents: read"),
        ("permissions:\n  contents: read\n", "", "its permissions are not contents: read"),
        ("concurrency:\n", "unknown:\n", "it has no concurrency group"),
        ("    timeout-minutes: 20\n", "", "fast has no timeout-minutes up to 90"),
        ("persist-credentials: false", "fetch-depth: 1", "fast leaves the token of the checkout to later steps"),
        ("  pull_request:\n", "  pull_request_target:\n", "pull_request_target gives a stranger's code the repository's rights"),
        ("        run: dotnet", "        env:\n          KEY: ${{ secrets.KEY }}\n        run: dotnet", Rights),
        ("    runs-on:", "    permissions:\n      packages: write\n    runs-on:", Rights),
        ("run: dotnet build", "run: echo ${{ github.head_ref }}; dotnet build", "fast puts an expression into a script"),
        ("jobs:\n", "jobs: [\n", ""),
    ];

    [Fact]
    public async Task A_workflow_is_pinned_limited_and_ends()
    {
        var files = await Yaml.ReadAsync(Directory.GetFiles(Workflows));

        var names = files.Select(file => Path.GetFileName(file.Path)).Order(StringComparer.Ordinal);
        Assert.Equal(["fast.yml", "nightly.yml", "release.yml"], names);
        Assert.All(files, file => Assert.Empty(WorkflowRules.Offences(file, TextOf(file))));

        static string TextOf(YamlFile file) => File.ReadAllText(Path.Combine(LocalFolders.Root, file.Path));
    }

    [Fact]
    public async Task A_mistake_is_found()
    {
        var genuine = await File.ReadAllTextAsync(Path.Combine(Workflows, "fast.yml"), TestContext.Current.CancellationToken);
        var folder = Directory.CreateTempSubdirectory("workflows-");
        try
        {
            var texts = Mistakes
                .Select(mistake => genuine.Replace(mistake.From, mistake.To, StringComparison.Ordinal))
                .ToList();
            var paths = texts.Select((text, index) => Written(Path.Combine(folder.FullName, $"{index}.yml"), text)).ToList();
            var files = await Yaml.ReadAsync(paths);

            Assert.All(Mistakes.Zip(files, texts), one =>
            {
                var (mistake, file, text) = one;
                Assert.NotEqual(genuine, text);
                Assert.Contains(
                    WorkflowRules.Offences(file, text),
                    offence => offence.Contains(mistake.Offence, StringComparison.Ordinal));
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Written(string path, string text)
    {
        File.WriteAllText(path, text);
        return path;
    }
}
