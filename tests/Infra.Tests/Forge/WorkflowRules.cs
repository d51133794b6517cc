using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deployment.Tests;

namespace Infra.Tests.Forge;

/// <summary>
/// What a workflow must not do: run code of others that can change unseen, hold rights that it does not need, or run without end.
/// </summary>
internal static partial class WorkflowRules
{
    /// <summary>One line for each offence of a workflow.</summary>
    /// <param name="file">The parsed workflow.</param>
    /// <param name="text">Its text, for the comments, which parsing loses.</param>
    public static IReadOnlyList<string> Offences(YamlFile file, string text)
    {
        if (file.Errors.Count > 0)
            return file.Errors;

        var workflow = Assert.Single(file.Documents);
        var jobs = workflow.At("jobs").Members().ToList();
        return
        [
            .. Check(jobs.Count > 0, "it has no job"),
            // What a job needs beyond this it asks for itself.
            .. Check(
                workflow.At("permissions")?.ToJsonString() == """{"contents":"read"}""",
                "its permissions are not contents: read"),
            .. Check(workflow.At("concurrency", "group").Text() != "", "it has no concurrency group"),
            .. PullRequestOffences(workflow, text),
            .. UnpinnedActions(text),
            .. jobs.SelectMany(job => JobOffences(job.Key, job.Value)),
        ];
    }

    // Code of a pull request is a stranger's.
    private static IEnumerable<string> PullRequestOffences(JsonNode workflow, string text)
    {
        var triggers = workflow.At("on").Members().Select(trigger => trigger.Key).ToList();
        return
        [
            .. Check(triggers.Count > 0, "it has no trigger"),
            .. Check(
                !triggers.Contains("pull_request_target"),
                "pull_request_target gives a stranger's code the repository's rights"),
            .. Check(
                !(triggers.Contains("pull_request") && HasRights()),
                "it runs for pull requests with a secret or a right to write"),
        ];

        bool HasRights() => Array.Exists(["secrets.", ": write"], right => text.Contains(right, StringComparison.Ordinal));
    }

    private static IEnumerable<string> JobOffences(string name, JsonNode? job) =>
    [
        .. Check(
            int.TryParse(job.At("timeout-minutes").Text(), out var minutes) && minutes <= 90,
            $"{name} has no timeout-minutes up to 90"),
        .. job.At("steps").Items().SelectMany(step => StepOffences(name, step)),
    ];

    private static IEnumerable<string> StepOffences(string job, JsonNode step) =>
    [
        .. Check(
            !step.At("uses").Text().StartsWith("actions/checkout@", StringComparison.Ordinal)
                || step.At("with", "persist-credentials").Text() == "false",
            $"{job} leaves the token of the checkout to later steps"),
        // A branch's name or a title may hold a command: a variable keeps it out of the script.
        .. Check(!step.At("run").Text().Contains("${{", StringComparison.Ordinal), $"{job} puts an expression into a script"),
    ];

    // Tags can be moved to other code; a commit cannot. The comment tells people, and the bot that updates it, the version.
    private static IEnumerable<string> UnpinnedActions(string text) => text.Split('\n')
        .Where(line => UsesLine().IsMatch(line) && !PinnedLine().IsMatch(line))
        .Select(line => $"not pinned to a commit with its version: {line.Trim()}");

    private static IEnumerable<string> Check(bool holds, string offence) => holds ? [] : [offence];

    [GeneratedRegex(@"^\s*(-\s+)?[""']?uses\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UsesLine();

    [GeneratedRegex(@"^\s*(-\s+)?uses: [\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PinnedLine();
}
