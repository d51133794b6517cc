namespace Integration.Tests.EndToEnd;

/// <summary>Tests of the whole road, one after the other: each uses the machine to the full.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RoadCollection : ICollectionFixture<RoadComponents>
{
    public const string Name = "road";
}
