using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Telemetry.Listening;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Extensions;

/// <summary>Code that logs with Microsoft.Extensions.Logging sends without being rewritten.</summary>
public sealed class LoggingTests
{
    [Fact]
    public async Task A_log_becomes_an_event_with_its_values_template_and_event_id()
    {
        await using var test = new LoggingClient();

        test.Logger("Orders.CreateOrder").LogWarning(new EventId(17, "low"), "{Left} of {Sku} left, {Left} only", 3, "a/b", 3);
        await test.FlushedAsync();

        var log = test.SingleEvent;
        Assert.Equal(("logs", "warn", "Orders.CreateOrder"), (Text(log, "style"), Text(log, "level"), Text(log, "category")));
        Assert.Equal("3 of a/b left, 3 only", Text(log, "message"));
        Assert.Equal(
            """{"Sku":"a/b","Left":3,"message.template":"{Left} of {Sku} left, {Left} only","event.id":17,"event.name":"low"}""",
            log.GetProperty("attributes").GetRawText());
    }

    [Fact]
    public async Task Scopes_are_kept_the_outermost_first()
    {
        await using var test = new LoggingClient();
        var logger = test.Logger("Orders");

        using (logger.BeginScope("order {OrderId}", 4711))
        using (logger.BeginScope("by hand"))
        using (logger.BeginScope(new Dictionary<string, object?>(StringComparer.Ordinal) { ["tenant"] = "t-1" }))
            logger.LogInformation("within");
        await test.FlushedAsync();

        Assert.Equal(
            """[{"OrderId":4711,"message.template":"order {OrderId}"},"by hand",{"tenant":"t-1"}]""",
            test.SingleEvent.GetProperty("attributes").GetProperty("scopes").GetRawText());
    }

    [Fact]
    public async Task An_exception_is_kept_with_its_stack()
    {
        await using var test = new LoggingClient();

        test.Logger("Orders").LogError(new InvalidOperationException("no stock"), "failed");
        await test.FlushedAsync();

        var attributes = test.SingleEvent.GetProperty("attributes");
        Assert.Equal(("System.InvalidOperationException", "no stock"),
            (Text(attributes, "exception.type"), Text(attributes, "exception.message")));
    }

    [Fact]
    public async Task Levels_follow_the_client_and_the_filters_of_logging()
    {
        await using var test = new LoggingClient(options => options with { Levels = LevelRules.Parse("warn,Orders=debug") });

        test.Logger("Payment").LogInformation("no");
        test.Logger("Orders.X").LogTrace("no");
        test.Logger("Quiet").LogError("no");
        test.Logger("Orders.X").LogDebug("yes");
        test.Logger("Payment").LogCritical("yes");
        await test.FlushedAsync();

        Assert.Equal(["debug", "fatal"], test.Test.Events.Select(json => Text(JsonDocument.Parse(json).RootElement, "level")),
            StringComparer.Ordinal);
        Assert.False(test.Logger("Payment").IsEnabled(LogLevel.Information));
        Assert.False(test.Logger("Payment").IsEnabled(LogLevel.None));
    }

    [Fact]
    public async Task Values_of_any_type_are_kept()
    {
        await using var test = new LoggingClient();
        var id = Guid.Parse("3f2504e0-4f89-11d3-9a0c-0305e82c3301");

        test.Logger("Orders").LogInformation(
            "{Id} {Took} {Level} {List} {Map} {Nothing} {Number} {At}",
            id, TimeSpan.FromSeconds(1.5), LogLevel.Error, new[] { 1, 2 },
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["a"] = 1UL }, null, 1.5f,
            new DateTime(2026, 11, 20, 9, 0, 0, DateTimeKind.Utc));
        await test.FlushedAsync();

        Assert.StartsWith(
            """{"Id":"3f2504e0-4f89-11d3-9a0c-0305e82c3301","Took":"00:00:01.5000000","Level":"Error","List":[1,2],"Map":{"a":1},"Nothing":null,"Number":1.5,"At":"2026-11-20T09:00:00Z",""",
            test.SingleEvent.GetProperty("attributes").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_formatter_that_fails_is_marked_and_does_not_reach_the_code_that_logs()
    {
        await using var test = new LoggingClient();

        test.Logger("Orders").Log(LogLevel.Information, default, new Unreadable(), null, (state, _) => state.ToString());
        test.Logger("Orders").LogInformation("still works");
        await test.FlushedAsync();

        Assert.Equal(
            ["[unreadable: InvalidOperationException]", "still works"],
            test.Test.Events.Select(json => Text(JsonDocument.Parse(json).RootElement, "message")), StringComparer.Ordinal);
        Assert.Empty(test.Test.Reports);
        Assert.Equal(0, test.Test.Client.Statistics.Dropped);
    }

    [Fact]
    public async Task What_the_hosts_put_into_scopes_for_consoles_is_in_the_traceparent_already()
    {
        await using var test = new LoggingClient();
        using var activity = new Activity("a").Start();

        test.Logger("Orders").LogInformation("traced");
        await test.FlushedAsync();

        Assert.Equal(activity.Id, Text(test.SingleEvent, "traceparent"));
        Assert.False(test.SingleEvent.GetProperty("attributes").TryGetProperty("scopes", out _));
    }

    [Fact]
    public async Task The_end_of_logging_flushes_and_ends_the_listening()
    {
        await using var test = new LoggingClient(listen: options => options.ActivitySources.Add("LoggingTests.*"));
        using var source = new ActivitySource("LoggingTests.Source");
        test.Logger("Orders").LogInformation("last words");
        source.StartActivity("span")!.Stop();

        await test.EndLoggingAsync();

        Assert.Equal(2, test.Test.Events.Count);
        Assert.Null(source.StartActivity("after"));
    }

    [Fact]
    public void Without_a_client_logging_does_nothing()
    {
        using var provider = new Telemetry.Extensions.TelemetryQueueLoggerProvider(null, new TelemetryListenerOptions());

        Assert.False(provider.CreateLogger("Orders").IsEnabled(LogLevel.Critical));
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;

    private sealed class Unreadable
    {
        public override string ToString() => throw new InvalidOperationException("not now");
    }
}
