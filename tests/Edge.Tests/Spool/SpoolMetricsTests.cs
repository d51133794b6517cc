using System.Diagnostics.Metrics;
using Bridge.Edge.Spool;

namespace Edge.Tests.Spool;

public sealed class SpoolMetricsTests
{
    [Fact]
    public async Task Every_series_begins_at_zero_and_follows_the_spool()
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        using var meter = new Meter("spool metrics");
        spool.Observe(meter, fixture.Clock);

        Assert.Equal(
            ["bridge.spool.batches=0", "bridge.spool.damaged=0", "bridge.spool.events=0", "bridge.spool.full=0", "bridge.spool.oldest.age=0"],
            Read(meter).Where(line => !line.StartsWith("bridge.spool.size", StringComparison.Ordinal)));

        await spool.AppendAsync(1);
        fixture.Clock.Advance(TimeSpan.FromSeconds(7));

        Assert.Contains("bridge.spool.batches=1", Read(meter));
        Assert.Contains("bridge.spool.oldest.age=7", Read(meter));
    }

    private static List<string> Read(Meter meter)
    {
        var lines = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter == meter)
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => lines.Add($"{instrument.Name}={value}"));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => lines.Add($"{instrument.Name}={value}"));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => lines.Add($"{instrument.Name}={value}"));
        listener.Start();
        listener.RecordObservableInstruments();
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }
}
