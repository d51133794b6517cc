using Fuzz.Runs;
using Fuzz.Targets;

namespace Telemetry.Tests.Fuzzing;

/// <summary>A short run of the fuzzer; CONTRIBUTING says how to run a long one.</summary>
[Trait("Lane", "full")]
public sealed class RandomInputTests
{
    private const int Seed = 20_261_120;
    private const int Inputs = 10_000;

    public static TheoryData<string> Targets => [.. FuzzTargets.Create().Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task No_input_breaks_a_rule(string name)
    {
        var campaign = new WatchedCampaign(FuzzTargets.Find(name)!, Seed, TimeProvider.System);

        var endless = await campaign.RunAsync(Inputs);

        Assert.Null(endless);
        Assert.Empty(campaign.Campaign.Failures);
        Assert.Equal(Inputs, campaign.Campaign.Report.Inputs);
    }

    [Fact]
    public void The_same_seed_makes_the_same_inputs()
    {
        Assert.Equal(Traits(1), Traits(1));
        Assert.NotEqual(Traits(1), Traits(2));
    }

    private static IEnumerable<string> Traits(int seed)
    {
        var campaign = new Campaign(new BatchTarget(), seed, TimeProvider.System);
        campaign.Run(500);
        var traits = campaign.Traits.Select(pair => $"{pair.Key}: {Convert.ToBase64String(pair.Value.Bytes)}");
        return [.. traits.Order(StringComparer.Ordinal)];
    }
}
