namespace Telemetry.Tests.Azure;

/// <summary>Facts that share one Azurite, each with queues of its own.</summary>
[Trait("Lane", "full")]
[CollectionDefinition(Name)]
public sealed class AzuriteCollection : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "Azurite";
}
