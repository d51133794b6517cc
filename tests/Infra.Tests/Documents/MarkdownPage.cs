using System.Text.RegularExpressions;

namespace Infra.Tests.Documents;

/// <summary>A Markdown page, read for the rules that hold for every page.</summary>
internal sealed partial class MarkdownPage(string text)
{
    /// <summary>The longest line that a page may have, addresses of the web not counted.</summary>
    public const int Columns = 130;

    // Without code. The bench and the fault suite write what is generated.
    private readonly (int Number, string Text, bool IsGenerated)[] _lines = [.. LinesOf(text)];

    /// <summary>The numbers of the lines that are too long.</summary>
    public IEnumerable<int> LongLines =>
        _lines.Where(line => !line.IsGenerated && Address().Replace(line.Text, "").Length > Columns).Select(line => line.Number);

    /// <summary>The targets of links and pictures within the repository, such as <c>../README.md#send</c>.</summary>
    public IEnumerable<string> Links => _lines
        .SelectMany(line => Target().Matches(InlineCode().Replace(line.Text, "")))
        .Select(match => match.Groups["target"].Value)
        .Where(
            target =>
                !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal));

    /// <summary>The names by which links reach the headings.</summary>
    public IEnumerable<string> Anchors => _lines
        .Select(line => Heading().Match(line.Text))
        .Where(match => match.Success)
        .Select(match => NoAnchor().Replace(match.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    private static IEnumerable<(int Number, string Text, bool IsGenerated)> LinesOf(string text)
    {
        var (isCode, isGenerated) = (false, false);
        foreach (var (index, line) in text.Split('\n').Index())
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                isCode = !isCode;
            else if (!isCode && Marker().Match(line) is { Success: true } marker)
                isGenerated = marker.Groups["is"].Value is not "end";
            else if (!isCode)
                yield return (index + 1, line, isGenerated);
        }
    }

    [GeneratedRegex(@"https?://[^\s)`]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();

    [GeneratedRegex(
        @"\]\((?<target>[^)\s]+)\)|\bsrc(set)?=""(?<target>[^""]+)""",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Target();

    [GeneratedRegex("`[^`]+`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InlineCode();

    [GeneratedRegex("^#{1,6} (?<text>.+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoAnchor();

    [GeneratedRegex("^<!-- (bench|faults): (?<is>written|end)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Marker();
}
