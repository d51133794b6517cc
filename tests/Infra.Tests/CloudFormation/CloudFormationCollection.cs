namespace Infra.Tests.CloudFormation;

/// <summary>Tests that share one run of the rules: it takes seconds.</summary>
[Trait("Lane", "full")]
[CollectionDefinition(Name)]
public sealed class CloudFormationCollection : ICollectionFixture<CloudFormationTemplates>
{
    internal const string Name = "CloudFormation";
}
