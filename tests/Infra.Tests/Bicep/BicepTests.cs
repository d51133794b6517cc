namespace Infra.Tests.Bicep;

/// <summary>The templates of <c>infra/azure</c> as Bicep's own compiler and its linter see them.</summary>
[Collection(BicepCollection.Name)]
public sealed class BicepTests(BicepTemplates templates)
{
    public static TheoryData<string> Mistakes => [.. BicepTemplates.All.Select(mistake => mistake.Name)];

    [Fact]
    public void The_templates_have_neither_errors_nor_warnings() => Assert.Empty(templates.Findings());

    [Fact]
    public async Task The_templates_are_formatted()
    {
        var copy = templates.CopyOfSource("formatted");
        await BicepCompiler.FormatAsync(copy);

        Assert.All(Directory.EnumerateFiles(copy, "*.bicep", SearchOption.AllDirectories), file =>
            Assert.Equal(
                File.ReadAllText(file), File.ReadAllText(Path.Combine(templates.Source, Path.GetRelativePath(copy, file)))));
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_planted_mistake_is_found(string name)
    {
        var (mistake, findings) = templates.FindingsOf(name);

        Assert.Contains(
            findings,
            finding => finding.File == mistake.File && finding.Message.Contains(mistake.Found, StringComparison.Ordinal));
    }
}
