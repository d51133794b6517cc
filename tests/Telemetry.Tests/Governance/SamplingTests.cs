using System.Diagnostics;
using Telemetry.Governance;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Governance;

public sealed class SamplingTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.25, 0.23, 0.27)]
    [InlineData(1, 1, 1)]
    public void A_share_of_the_traces_is_kept_and_a_larger_share_holds_the_smaller(double ratio, double least, double most)
    {
        var sampling = new TraceSampling(ratio);
        var larger = new TraceSampling((1 + ratio) / 2);
        var kept = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var trace = ActivityTraceId.CreateRandom();
            var keeps = sampling.Keeps(trace);
            Assert.True(!keeps || larger.Keeps(trace));
            kept += keeps ? 1 : 0;
        }

        Assert.InRange(kept / 20_000.0, least, most);
    }

    [Fact]
    public async Task A_trace_is_sent_whole_or_not_at_all_but_for_errors_metrics_and_audits()
    {
        await using var test = new TestClient(options => options with { SamplingRatio = 0.5 });
        var kept = 0;
        for (var i = 0; i < 200; i++)
        {
            using var activity = new Activity("a").Start();
            var keeps = test.Client.Keeps(activity.TraceId);
            kept += keeps ? 1 : 0;
            test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "log"));
            using (new Activity("child").Start())
                test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Warn, "inner log"));
            activity.Stop();
            test.Client.Send(TelemetryEvent.Span(activity));
        }

        Assert.InRange(kept, 60, 140);
        await test.FlushedAsync();
        Assert.Equal(3 * kept, test.Events.Count);
        Assert.All(test.Events.GroupBy(TraceOf), trace => Assert.Equal(3, trace.Count()));
        Assert.Equal(3 * (200 - kept), test.Client.Statistics.SampledOut);
    }

    [Fact]
    public async Task Errors_metrics_audits_and_what_belongs_to_no_trace_are_always_sent()
    {
        await using var test = new TestClient(options => options with { SamplingRatio = 0 });
        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "no trace"));
        using var activity = new Activity("a").Start();

        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "dropped"));
        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Error, "error"));
        test.Client.Send(TelemetryEvent.Metric("m", 1));
        await test.Client.SendAsync(TelemetryEvent.Audit("audit"));
        test.Client.Send(TelemetryEvent.Audit("buffered audit"));
        activity.SetStatus(ActivityStatusCode.Error).Stop();
        test.Client.Send(TelemetryEvent.Span(activity));
        await test.FlushedAsync();

        Assert.Equal(6, test.Events.Count);
        Assert.DoesNotContain(test.Events, json => json.Contains("dropped", StringComparison.Ordinal));
        Assert.Equal(1, test.Client.Statistics.SampledOut);
    }

    [Fact]
    public async Task The_account_of_dropped_events_is_sent_whatever_the_rules()
    {
        await using var test = new TestClient(options => options with { SamplingRatio = 0, Levels = LevelRules.Parse("fatal") });
        using var activity = new Activity("a").Start();

        test.Send("no object");
        await test.FlushedAsync();

        Assert.Equal(1, test.SingleEvent.GetProperty("attributes").GetProperty("dropped").GetInt32());
    }

    private static string TraceOf(string json) => json[json.IndexOf("\"00-", StringComparison.Ordinal)..][4..36];
}
