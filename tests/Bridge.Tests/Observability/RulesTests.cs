using Harness.Components;

namespace Bridge.Tests.Observability;

/// <summary>The alert rules by themselves.</summary>
[Trait("Lane", "full")]
public sealed class RulesTests
{
    private static readonly string Folder = Path.Combine(LocalFolders.Root, "infra", "observability", "prometheus");

    [Theory]
    [InlineData("check", "config", "--syntax-only", "prometheus.yml")]
    [InlineData("check", "rules", "--lint-fatal", "rules.yml")]
    [InlineData("test", "rules", "rules.test.yml")]
    public async Task Promtool_has_nothing_to_object(params string[] arguments)
    {
        var result = await ChildCommand.RunAsync(
            new ChildProcessStart(LocalFolders.Installed(PrometheusServer.Promtool), arguments) { WorkingDirectory = Folder });

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
    }

    [Fact]
    public async Task Each_alert_is_tested_and_explained()
    {
        var rules = await File.ReadAllLinesAsync(Path.Combine(Folder, "rules.yml"));
        var tests = await File.ReadAllTextAsync(Path.Combine(Folder, "rules.test.yml"));
        var operations = await File.ReadAllTextAsync(Path.Combine(LocalFolders.Root, "docs", "operations.md"));

        var alerts = rules.Where(line => line.Contains("- alert: ", StringComparison.Ordinal)).Select(line => line.Split(": ")[1]).ToList();

        Assert.Equal(14, alerts.Count);
        Assert.All(alerts, alert =>
        {
            Assert.Contains($"alertname: {alert}\n", tests, StringComparison.Ordinal);
            Assert.Contains($"docs/operations.md#{alert.ToLowerInvariant()}", string.Join('\n', rules), StringComparison.Ordinal);
            Assert.Contains($"### {alert}\n", operations, StringComparison.Ordinal);
        });
    }
}
