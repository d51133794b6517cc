namespace Infra.Tests.Bicep;

/// <summary>Tests that share one run of the checks.</summary>
[Trait("Lane", "full")]
[CollectionDefinition(Name)]
public sealed class BicepCollection : ICollectionFixture<BicepTemplates>
{
    internal const string Name = "Bicep";
}
