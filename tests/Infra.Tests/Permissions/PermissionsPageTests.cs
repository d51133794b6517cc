using System.Text.RegularExpressions;
using Harness.Components;

namespace Infra.Tests.Permissions;

/// <summary>The lists of <c>docs/permissions.md</c> say what the code needs of a queue.</summary>
public sealed partial class PermissionsPageTests
{
    [Fact]
    public void It_says_what_a_sender_needs() =>
        AssertListed("### A function that sends", new SqsCalls().OfSenders(), new StorageQueueCalls().OfSenders());

    [Fact]
    public void It_says_what_the_bridge_needs() =>
        AssertListed("### The bridge", new SqsCalls().OfBridge(), new StorageQueueCalls().OfBridge());

    private static void AssertListed(string heading, IReadOnlyList<string> sqs, IReadOnlyList<string> azure)
    {
        var section = File.ReadAllLines(Path.Combine(LocalFolders.Root, "docs", "permissions.md"))
            .SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith('#')).ToList();

        Assert.Equal(sqs, PermissionsIn(section, "- SQS: "));
        Assert.Equal(azure, PermissionsIn(section, "- Azure: "));
    }

    private static IEnumerable<string> PermissionsIn(IEnumerable<string> section, string start) =>
        Permission().Matches(Assert.Single(section, line => line.StartsWith(start, StringComparison.Ordinal)))
            .Select(match => match.Groups["permission"].Value);

    [GeneratedRegex("`(?<permission>[^`]+)`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Permission();
}
