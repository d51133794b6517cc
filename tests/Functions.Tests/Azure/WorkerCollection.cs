using Functions.Tests.Support;

namespace Functions.Tests.Azure;

/// <summary>Tests that start the published worker: it is published once for all of them.</summary>
[Trait("Lane", "full")]
[CollectionDefinition(Name)]
public sealed class WorkerCollection : ICollectionFixture<PublishedWorker>, ICollectionFixture<SharedAzurite>
{
    public const string Name = "published worker";
}
