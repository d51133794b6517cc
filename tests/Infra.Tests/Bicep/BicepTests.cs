namespace Infra.Tests.Bicep;

/// <summary>The templates of <c>infra/azure</c> against the language's grammar and the published resource types.</summary>
[Collection(BicepCollection.Name)]
public sealed class BicepTests(BicepTemplates templates)
{
    public static TheoryData<string> Mistakes => [.. BicepTemplates.All.Select(mistake => mistake.Name)];

    [Fact]
    public void The_templates_have_no_findings() => Assert.Empty(templates.Findings());

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_planted_mistake_is_found(string name)
    {
        var (mistake, findings) = templates.FindingsOf(name);

        Assert.Contains(findings, finding => finding.File == mistake.File && finding.Message.Contains(mistake.Found, StringComparison.Ordinal));
    }
}
