using System.Text.RegularExpressions;
using Harness.Components;

namespace Infra.Tests.Permissions;

/// <summary>The table of <c>docs/permissions.md</c> says what the code needs of a queue.</summary>
public sealed partial class PermissionsPageTests
{
    [Fact]
    public void It_says_what_a_sender_needs() => AssertRow("| a function that sends |", new SqsCalls().OfSenders(), new StorageQueueCalls().OfSenders());

    [Fact]
    public void It_says_what_the_bridge_needs() => AssertRow("| the bridge |", new SqsCalls().OfBridge(), new StorageQueueCalls().OfBridge());

    private static void AssertRow(string start, IReadOnlyList<string> sqs, IReadOnlyList<string> azure)
    {
        var lines = File.ReadAllLines(Path.Combine(LocalFolders.Root, "docs", "permissions.md"));
        var row = Assert.Single(lines, line => line.StartsWith(start, StringComparison.Ordinal));

        Assert.Equal([.. sqs, .. azure], Permission().Matches(row).Select(match => match.Groups["permission"].Value));
    }

    [GeneratedRegex("`(?<permission>[^`]+)`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Permission();
}
