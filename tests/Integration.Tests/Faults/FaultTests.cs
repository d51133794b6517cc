using Harness.Faults;
using Integration.Tests.EndToEnd;

namespace Integration.Tests.Faults;

/// <summary>Every fault of the long suite (<c>infra/local/faults</c>) in their short form.</summary>
[Collection(RoadCollection.Name)]
public sealed class FaultTests(RoadComponents components, ITestOutputHelper output)
{
    private const int Seed = 1;

    public static TheoryData<string> Scenarios => [.. FaultCatalogue.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Nothing_is_lost_or_altered_by(string fault)
    {
        output.WriteLine($"infra/local/faults --short --seed {Seed} {fault}");
        var result = await FaultCatalogue.Find(fault)!.RunAsync(
            new FaultComponents(components.RabbitMq, components.Azurite, components.Fauxqs), FaultScale.Short, Seed,
            CancellationToken.None);
        output.WriteLine(result.ToString());
        Assert.Equal(0, result.Lost);
    }
}
