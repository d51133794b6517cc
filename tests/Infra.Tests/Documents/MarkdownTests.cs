using System.Text.RegularExpressions;
using Harness.Components;

namespace Infra.Tests.Documents;

/// <summary>What holds for every Markdown page of the repository.</summary>
public sealed partial class MarkdownTests
{
    // Folders that builds, tests and installations fill.
    private static readonly string[] Foreign = [".git", ".local", "artifacts", "bin", "node_modules", "obj", "TestResults"];

    private static readonly string[] Extensions =
        [".cs", ".csproj", ".props", ".mjs", ".py", ".sh", ".yaml", ".yml", ".json", ".bicep", ""];

    [Fact]
    public void No_line_is_longer_than_130_columns() => Assert.Empty(
        // Several branches add lines to the changelog at once; to wrap them would make each merge a conflict.
        Pages().Where(path => Path.GetFileName(path) is not "CHANGELOG.md")
            .SelectMany(path => PageOf(path).LongLines.Select(number => $"{NameOf(path)}:{number}")));

    [Fact]
    public void Every_link_leads_to_a_file_and_to_a_heading_in_it() => Assert.Empty(
        Pages()
            .SelectMany(path => PageOf(path).Links.Where(link => !Leads(path, link)).Select(link => $"{NameOf(path)}: {link}")));

    [Fact]
    public void Every_page_that_code_or_a_script_names_exists()
    {
        var names = Files(LocalFolders.Root).Where(path => Extensions.Contains(Path.GetExtension(path)))
            .SelectMany(path => Named().Matches(File.ReadAllText(path)).Select(match => match.Value))
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.InRange(names.Count, 15, 1000);
        Assert.All(names, name => Assert.True(Leads(Path.Combine(LocalFolders.Root, "any"), name) || IsDecision(name), name));
    }

    [Theory]
    [InlineData("131", "1")]
    [InlineData("130", "")]
    public void A_line_is_too_long_beyond_130_columns(string length, string found) => Assert.Equal(
        found,
        string.Join(
            ',',
            new MarkdownPage(new string('a', int.Parse(length, System.Globalization.CultureInfo.InvariantCulture))).LongLines));

    [Fact]
    public void Only_code_addresses_and_generated_tables_may_be_longer()
    {
        var wide = new string('a', 131);

        Assert.Equal([5, 11], new MarkdownPage($"""
            ```
            {wide}
            ```
            See https://example.com/{wide}
            {wide}

            <!-- bench: written by infra/local/bench -->
            {wide}
            <!-- bench: end -->

            {wide}
            """).LongLines);
    }

    [Theory]
    [InlineData("[a](missing.md)")]
    [InlineData("[a](README.md#no-such-heading)")]
    [InlineData("![a](missing.png)")]
    [InlineData("<img src=\"missing.png\" alt=\"a\">")]
    public void A_link_that_leads_nowhere_is_found(string text) =>
        Assert.False(Leads(Path.Combine(LocalFolders.Root, "README.md"), Assert.Single(new MarkdownPage(text).Links)));

    private static bool Leads(string from, string link)
    {
        var (file, anchor) = (link.Split('#')[0], link.Contains('#', StringComparison.Ordinal) ? link.Split('#')[1] : null);
        var path = file.Length == 0 ? from : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(from)!, file));
        return (File.Exists(path) || Directory.Exists(path))
            && (anchor is null || PageOf(path).Anchors.Contains(anchor, StringComparer.Ordinal));
    }

    // Comments name a decision by its number alone.
    private static bool IsDecision(string name) =>
        name.StartsWith("docs/decisions/", StringComparison.Ordinal)
            && Directory.EnumerateFiles(Path.Combine(LocalFolders.Root, "docs", "decisions"), $"{Path.GetFileName(name)}-*.md")
                .Any();

    private static MarkdownPage PageOf(string path) => new(File.ReadAllText(path));

    private static string NameOf(string path) => Path.GetRelativePath(LocalFolders.Root, path);

    private static IEnumerable<string> Pages() => Files(LocalFolders.Root).Where(path => Path.GetExtension(path) is ".md");

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder).Concat(
        Directory.EnumerateDirectories(folder).Where(path => !Foreign.Contains(Path.GetFileName(path))).SelectMany(Files));

    [GeneratedRegex(
        @"\bdocs/[a-z0-9/.-]*(\.(md|mjs|py|png|svg)(#[a-z0-9-]+)?|decisions/[0-9]{4})\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();
}
