using Functions.Tests.Support;
using Orders;
using Orders.Model;
using Support;

namespace Functions.Tests.Orders;

[Collection(ProcessWideTelemetry.Name)]
public sealed class DailySummaryTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task The_day_before_is_added_up_audited_and_told()
    {
        await using var telemetry = new RecordedTelemetry();
        await new DailySummary(_clock, SampleSalesReport.ReadAsync).InvokeAsync(
            new TimerTick(TraceParent: Traces.Parent), CancellationToken.None);
        var events = await telemetry.FlushAsync();

        Assert.Equal("audit day.closed, metrics sales.orders, metrics sales.revenue, logs day closed, traces daily-summary",
            DecodedEvent.Summary(events));
        Assert.Equal("2026-11-19", events[0].Attribute("day").GetString());
        Assert.Equal(("42", "1337.5"), (events[1]["value"], events[2]["value"]));
        Assert.Equal((Traces.Span, "timer"), (events[4]["parentSpanId"], events[4].Attribute("faas.trigger").GetString()));
    }

    [Fact]
    public async Task A_late_timer_is_warned_of()
    {
        await using var telemetry = new RecordedTelemetry();
        await new DailySummary(_clock, SampleSalesReport.ReadAsync).InvokeAsync(
            new TimerTick(IsLate: true), CancellationToken.None);

        Assert.Contains(
            await telemetry.FlushAsync(), sent => sent is { Subject: "the timer is late" } && sent["level"] is "warn");
    }

    [Fact]
    public async Task A_report_that_fails_fails_the_function_and_nothing_is_audited()
    {
        await using var telemetry = new RecordedTelemetry();
        var summary = new DailySummary(_clock, (_, _) => throw new IOException("the report is out of reach"));

        await Assert.ThrowsAsync<IOException>(() => summary.InvokeAsync(new TimerTick(), CancellationToken.None));

        Assert.Equal("logs daily-summary failed, traces daily-summary", DecodedEvent.Summary(await telemetry.FlushAsync()));
    }
}
