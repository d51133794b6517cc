using System.Text.RegularExpressions;
using Harness.Components;

namespace Infra.Tests.Settings;

/// <summary>What the templates set is what the programs read.</summary>
public sealed partial class SettingTests
{
    [Theory]
    [InlineData("aws/bridge.yaml", 10)]
    [InlineData("azure/modules/bridge.bicep", 10)]
    public void Every_variable_of_the_bridge_is_one_that_it_reads(string template, int atLeast)
    {
        var names = BridgeVariable().Matches(Read("infra", template)).Select(match => match.Value).ToList();

        Assert.InRange(names.Count, atLeast, 100);
        Assert.All(names, name => Assert.True(BridgeSettings.Knows(name), name));
    }

    [Theory]
    [InlineData("aws/functions.yaml")]
    [InlineData("azure/modules/functions.bicep")]
    public void Every_variable_of_a_function_is_one_that_telemetry_reads(string template)
    {
        var sources = string.Concat(Directory.EnumerateFiles(
            Path.Combine(LocalFolders.Root, "shared", "Telemetry"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText));
        var names = TelemetryVariable().Matches(Read("infra", template)).Select(match => match.Value).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains($"\"{name}\"", sources, StringComparison.Ordinal));
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([LocalFolders.Root, .. path]));

    [GeneratedRegex("Bridge(__[A-Za-z0-9]+)+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BridgeVariable();

    [GeneratedRegex("TELEMETRY_[A-Z]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TelemetryVariable();
}
