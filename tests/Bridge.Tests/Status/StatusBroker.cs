using Bridge.Tests.Commands;
using Bridge.Tests.Publish;

namespace Bridge.Tests.Status;

/// <summary>A third broker: for the tests of what operators look at, which freeze and kill it.</summary>
[Trait("Lane", "full")]
[CollectionDefinition(Name)]
public sealed class StatusBroker : ICollectionFixture<BrokerFixture>, ICollectionFixture<CloudsFixture>
{
    public const string Name = "status broker";
}
