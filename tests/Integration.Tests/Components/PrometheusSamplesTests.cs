using Harness.Components;

namespace Integration.Tests.Components;

public sealed class PrometheusSamplesTests
{
    [Fact]
    public void Samples_are_found_by_name_and_labels_as_they_are_written()
    {
        var samples = PrometheusSamples.Parse("""
            # HELP events_total Events.
            # TYPE events_total counter
            events_total 3
            messages{queue="http://q/a b",kind="azure"} 1.5e3
            latency_bucket{le="+Inf"} +Inf 1700000000
            """);

        Assert.Equal(3, samples["events_total"]);
        Assert.Equal(1_500, samples["messages{queue=\"http://q/a b\",kind=\"azure\"}"]);
        Assert.Equal(double.PositiveInfinity, samples["latency_bucket{le=\"+Inf\"}"]);
        Assert.Equal(3, samples.Count);
    }
}
