using System.Text.RegularExpressions;
using System.Xml.Linq;
using Harness.Components;

namespace Infra.Tests.Forge;

/// <summary>The files beside each packed library, and the changelog.</summary>
public sealed partial class PackageFileTests
{
    private static readonly string Shared = Path.Combine(LocalFolders.Root, "shared");

    public static TheoryData<string> Projects =>
    [
        .. Directory.EnumerateDirectories(Shared)
            .Select(folder => Path.GetFileName(folder))
            .Where(name => File.Exists(Path.Combine(Shared, name, $"{name}.csproj")))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_package_says_what_it_is_and_how_it_is_installed(string project)
    {
        var readme = File.ReadAllLines(Path.Combine(Shared, project, "README.md"));
        var file = XDocument.Load(Path.Combine(Shared, project, $"{project}.csproj"));

        Assert.Equal($"# Serverless{project}", readme[0]);
        Assert.InRange(readme.Length, 5, 40);
        // The package without a cloud is installed through one of those with one.
        Assert.Contains(readme, line => line.StartsWith($"dotnet add package Serverless{project}", StringComparison.Ordinal));
        Assert.EndsWith(".", file.Descendants("Description").Single().Value, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_public_api_has_its_baseline(string project)
    {
        var (shipped, unshipped) = (Lines("PublicAPI.Shipped.txt"), Lines("PublicAPI.Unshipped.txt"));

        Assert.Equal(["#nullable enable", "#nullable enable"], [shipped[0], unshipped[0]]);
        Assert.NotEmpty(shipped.Skip(1).Concat(unshipped.Skip(1)));
        Assert.Empty(shipped.Skip(1).Intersect(unshipped.Skip(1), StringComparer.Ordinal));

        string[] Lines(string name) => File.ReadAllLines(Path.Combine(Shared, project, name));
    }

    [Fact]
    public void The_icon_is_a_png_of_128_pixels()
    {
        var icon = File.ReadAllBytes(Path.Combine(Shared, "icon.png"));

        Assert.Equal("PNG"u8.ToArray(), icon[1..4]);
        // Width and height, at their place in the first chunk.
        Assert.Equal(new byte[] { 0, 0, 0, 128, 0, 0, 0, 128 }, icon[16..24]);
    }

    [Fact]
    public void The_changelog_begins_with_what_is_not_released_and_dates_each_release()
    {
        var lines = File.ReadAllLines(Path.Combine(LocalFolders.Root, "CHANGELOG.md"));
        var headings = lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).ToList();

        Assert.Equal("## Unreleased", headings[0]);
        Assert.NotEmpty(headings.Skip(1));
        Assert.All(headings.Skip(1), heading => Assert.Matches(Release(), heading));
    }

    [GeneratedRegex(@"^## \d+\.\d+\.\d+(-[\w.]+)? - \d{4}-\d\d-\d\d$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Release();
}
