using Infra.Tests.Validation;

namespace Infra.Tests.CloudFormation;

/// <summary>The templates of <c>infra/aws</c> against AWS's own rules and resource types.</summary>
[Collection(CloudFormationCollection.Name)]
public sealed class CloudFormationTests(CloudFormationTemplates templates)
{
    public static TheoryData<string> Mistakes => [.. CloudFormationTemplates.All.Select(mistake => mistake.Name)];

    [Fact]
    public void The_templates_have_neither_fatal_findings_nor_errors() => Assert.Empty(templates.Findings());

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
