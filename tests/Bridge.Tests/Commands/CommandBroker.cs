using Bridge.Tests.Publish;

namespace Bridge.Tests.Commands;

/// <summary>A second broker: the tests of commands run beside those of <see cref="BrokerTests"/> and mostly wait.</summary>
[Trait("Lane", "full")]
[CollectionDefinition(Name)]
public sealed class CommandBroker : ICollectionFixture<BrokerFixture>, ICollectionFixture<CloudsFixture>
{
    public const string Name = "command broker";
}
