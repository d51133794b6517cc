using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Harness.Components;

namespace Deployment.Tests.Containers;

/// <summary><c>infra/container/Containerfile</c>, as it is written; <see cref="ContainerTests"/> builds and runs it.</summary>
public sealed partial class ContainerfileTests
{
    private static readonly string Folder = Path.Combine(LocalFolders.Root, "infra", "container");
    private static readonly string Text = File.ReadAllText(Path.Combine(Folder, "Containerfile"));

    [Fact]
    public async Task The_linter_has_no_objection() => Assert.Empty(await LintAsync(Text));

    [Theory]
    [InlineData("EXPOSE 8080", "EXPOSE eighty")]
    [InlineData("WORKDIR /etc/bridge", "WORKDIRECTORY /etc/bridge")]
    [InlineData("HEALTHCHECK --interval=15s", "HEALTHCHECK --intervall=15s")]
    [InlineData("USER 1654:1654", "USER")]
    public async Task A_planted_mistake_is_found(string right, string wrong)
    {
        Assert.Contains(right, Text, StringComparison.Ordinal);
        Assert.NotEmpty(await LintAsync(Text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Fact]
    public void Both_bases_are_arguments_with_a_tag_that_is_not_latest()
    {
        var bases = Base().Matches(Text);

        Assert.Equal(["SDK", "RUNTIME"], bases.Select(match => match.Groups["name"].Value));
        Assert.All(bases, match => Assert.Matches(@"^mcr\.microsoft\.com/dotnet/[a-z]+:10\.0-", match.Groups["image"].Value));
        Assert.All(
            From().Matches(Text),
            match => Assert.Contains(match.Groups["argument"].Value, bases.Select(found => found.Groups["name"].Value)));
    }

    [Fact]
    public void Its_environment_are_options_of_the_bridge() => Assert.Empty(BridgeVariables.Problems(
        Setting().Matches(Text).Select(match => KeyValuePair.Create(match.Groups["name"].Value, match.Groups["value"].Value))));

    [Fact]
    public void Health_is_asked_from_the_executable_itself() =>
        Assert.Contains(" CMD [\"/app/bridge\", \"probe\"]\n", Text, StringComparison.Ordinal);

    private static async Task<IEnumerable<string>> LintAsync(string text)
    {
        var linter = LocalFolders.Installed(
            Path.Combine(LocalFolders.Deployment, "node_modules", "dockerfilelint", "bin", "dockerfilelint"));
        var folder = LocalFolders.NewRunFolder("lint");
        try
        {
            var file = Path.Combine(folder, "Containerfile");
            await File.WriteAllTextAsync(file, text);
            var start = new ChildProcessStart(LocalFolders.Node, linter, "--json", "--config", Folder, file);
            var found = JsonNode.Parse((await ChildCommand.RunAsync(start)).Output).At("files", 0, "issues");
            return found.Items().Select(issue => $"line {issue.At("line").Text()}: {issue.At("title").Text()}");
        }
        finally
        {
            LocalFolders.RemoveRunFolder(folder);
        }
    }

    [GeneratedRegex(
        "^ARG (?<name>[A-Z]+)=(?<image>.+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Base();

    [GeneratedRegex(
        @"^FROM .*\$\{(?<argument>[A-Z]+)\}", RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1_000)]
    private static partial Regex From();

    [GeneratedRegex(@"(?<name>Bridge__\w+)=(?<value>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Setting();
}
