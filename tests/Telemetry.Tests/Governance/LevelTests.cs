using Telemetry.Tests.Support;

namespace Telemetry.Tests.Governance;

public sealed class LevelTests
{
    [Theory]
    [InlineData(null, TelemetryLevel.Info)]
    [InlineData("Orders", TelemetryLevel.Info)]
    [InlineData("Orders.Payment", TelemetryLevel.Debug)]
    [InlineData("Orders.Payment.Cards", TelemetryLevel.Debug)]
    [InlineData("Orders.Payments", TelemetryLevel.Info)]
    [InlineData("Orders.Payment.Audit.X", TelemetryLevel.Error)]
    public void The_longest_rule_of_a_category_decides(string? category, TelemetryLevel level) =>
        Assert.Equal(level, LevelRules.Parse("info, Orders.Payment=debug, Orders.Payment.Audit=error").MinimumFor(category));

    [Theory]
    [InlineData("loud")]
    [InlineData("A=")]
    public void What_is_no_level_is_named(string text) => Assert.Throws<FormatException>(() => LevelRules.Parse(text));

    [Fact]
    public async Task Logs_below_the_level_are_not_sent_and_everything_else_is()
    {
        await using var test = new TestClient(options => options with { Levels = LevelRules.Parse("warn,Orders=debug") });

        test.Client.Send(
            TelemetryEvent.Log(TelemetryLevel.Info, "no").With("a", 1).With("b", "c").With(new InvalidOperationException()));
        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Trace, "Orders", "no"));
        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Warn, "yes"));
        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Debug, "Orders.Payment", "yes"));
        test.Client.Send(TelemetryEvent.Metric("m", 1));
        test.Client.Send(TelemetryEvent.Span("s", DateTimeOffset.UnixEpoch, TimeSpan.Zero));
        test.Send("""{"level":"trace"}""");
        await test.Client.SendAsync(TelemetryEvent.Audit("a"));
        await test.Client.SendAsync(TelemetryEvent.Log(TelemetryLevel.Debug, "no"));
        await test.FlushedAsync();

        Assert.Equal(6, test.Events.Count);
        Assert.All(test.Events, json => Assert.DoesNotContain("\"no\"", json, StringComparison.Ordinal));
        Assert.Contains(
            test.Events, json => json.Contains("\"category\":\"Orders.Payment\",\"message\":\"yes\"", StringComparison.Ordinal));
        test.AssertCounted(sent: 6, dropped: 0, waiting: 0);
        Assert.False(test.Client.IsEnabled(TelemetryLevel.Info));
        Assert.True(test.Client.IsEnabled(TelemetryLevel.Info, "Orders.X"));
    }
}
