using System.Text.RegularExpressions;
using Harness.Components;

namespace Infra.Tests.Settings;

/// <summary><c>docs/reference/configuration.md</c> names what the bridge and the senders read, and nothing else.</summary>
public sealed partial class ConfigurationPageTests
{
    private static readonly string Page = File.ReadAllText(
        Path.Combine(LocalFolders.Root, "docs", "reference", "configuration.md"));

    [Fact]
    public void It_has_a_row_for_every_setting_of_the_bridge() => Assert.Equal(
        BridgeSettings.All.Order(StringComparer.Ordinal),
        Rows().Matches(Page).Select(match => match.Groups["name"].Value)
            .Where(name => name.StartsWith("Bridge", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));

    [Fact]
    public void It_has_a_row_for_every_variable_of_a_sender() => Assert.Equal(
        VariablesOfSenders(),
        Rows().Matches(Page).Select(match => match.Groups["name"].Value)
            .Where(name => name.StartsWith("TELEMETRY", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));

    private static IEnumerable<string> VariablesOfSenders() => Directory
        .EnumerateFiles(Path.Combine(LocalFolders.Root, "shared"), "*.cs", SearchOption.AllDirectories)
        .SelectMany(path => Variable().Matches(File.ReadAllText(path)).Select(match => match.Groups["name"].Value))
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal);

    [GeneratedRegex(
        "^\\| `(?<name>[A-Za-z0-9_]+)` \\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rows();

    [GeneratedRegex("\"(?<name>TELEMETRY_[A-Z_]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
