using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Events;

public sealed class TelemetryEventTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 20, 10, 0, 0, 123, TimeSpan.FromHours(1));

    [Fact]
    public async Task A_log_event_holds_what_the_field_expects()
    {
        await using var test = new TestClient();

        test.Client.Send(
            TelemetryEvent.Log(TelemetryLevel.Warn, "stock \"low\" – 🐎").At(At).With("left", 3).With("sku", "a/b<c>"));
        await test.FlushedAsync();

        Assert.Equal(
            """{"timestamp":"2026-11-20T09:00:00.1230000Z","style":"logs","level":"warn","message":"stock \"low\" – 🐎","attributes":{"left":3,"sku":"a/b<c>"},"service":"orders","release":"1.2.3","instance":"i-1"}""",
            test.SingleEvent.GetRawText().Replace("\\uD83D\\uDC0E", "🐎", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Attributes_keep_their_types_and_what_JSON_cannot_hold_becomes_text()
    {
        await using var test = new TestClient();

        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "")
            .With("text", "t").With("nothing", (string?)null).With("whole", long.MinValue).With("real", 0.1).With("exact", 1.10m)
            .With("flag", true).With("time", At).With("nan", double.NaN).With("infinite", double.NegativeInfinity)
            .With("list", [1, 2], ListType()));
        await test.FlushedAsync();

        Assert.Equal(
            """{"text":"t","nothing":null,"whole":-9223372036854775808,"real":0.1,"exact":1.10,"flag":true,"time":"2026-11-20T10:00:00.123+01:00","nan":"NaN","infinite":"-Infinity","list":[1,2]}""",
            test.SingleEvent.GetProperty("attributes").GetRawText());
    }

    [Theory]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(2.5, "2.5")]
    public async Task A_metric_has_name_value_and_unit(double value, string written)
    {
        await using var test = new TestClient();

        test.Client.Send(TelemetryEvent.Metric("orders.created", value, "1"));
        await test.FlushedAsync();

        var metric = test.SingleEvent;
        Assert.Equal(("metrics", "info", "orders.created", "1"),
            (Text(metric, "style"), Text(metric, "level"), Text(metric, "name"), Text(metric, "unit")));
        Assert.Equal(written, metric.GetProperty("value").GetRawText());
    }

    [Fact]
    public async Task A_span_begins_at_its_start()
    {
        await using var test = new TestClient();

        test.Client.Send(TelemetryEvent.Span("create-order", At, TimeSpan.FromMilliseconds(12.5)));
        await test.FlushedAsync();

        var span = test.SingleEvent;
        Assert.Equal(("traces", "2026-11-20T09:00:00.1230000Z", "create-order"),
            (Text(span, "style"), Text(span, "timestamp"), Text(span, "name")));
        Assert.Equal(12.5, span.GetProperty("durationMs").GetDouble());
    }

    [Fact]
    public async Task A_stopped_activity_becomes_a_span_with_its_own_trace()
    {
        await using var test = new TestClient();
        using var parent = new Activity("parent").Start();
        var activity = new Activity("child").SetTag("http.status", 500).SetTag("ratio", 1.5f).SetStatus(ActivityStatusCode.Error)
            .Start();
        activity.Stop();

        test.Client.Send(TelemetryEvent.Span(activity));
        await test.FlushedAsync();

        var span = test.SingleEvent;
        Assert.Equal(("error", "error", "internal"), (Text(span, "level"), Text(span, "status"), Text(span, "kind")));
        Assert.Equal((activity.Id, parent.SpanId.ToHexString()), (Text(span, "traceparent"), Text(span, "parentSpanId")));
        Assert.Equal("""{"http.status":500,"ratio":1.5}""", span.GetProperty("attributes").GetRawText());
    }

    [Fact]
    public async Task The_current_activity_gives_the_traceparent()
    {
        await using var test = new TestClient();
        using var activity = new Activity("invocation").Start();

        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "in a trace"));
        activity.Stop();
        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "in none"));
        await test.FlushedAsync();

        Assert.Contains($"\"traceparent\":\"{activity.Id}\"", test.Events[0], StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", test.Events[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_is_written_with_type_message_and_stack()
    {
        await using var test = new TestClient();

        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Error, "failed").With(new InvalidOperationException("no\nstock")));
        await test.FlushedAsync();

        var attributes = test.SingleEvent.GetProperty("attributes");
        Assert.Equal(("System.InvalidOperationException", "no\nstock"),
            (Text(attributes, "exception.type"), Text(attributes, "exception.message")));
        Assert.StartsWith(
            "System.InvalidOperationException: no", Text(attributes, "exception.stacktrace"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_that_is_no_valid_UTF_16_is_repaired_not_refused()
    {
        await using var test = new TestClient();

        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "half \ud83d a horse").With("half\udc0e", "\ud83d"));
        await test.FlushedAsync();

        Assert.Equal("half \ufffd a horse", Text(test.SingleEvent, "message"));
        Assert.Empty(test.Reports);
    }

    [Fact]
    public async Task An_event_that_is_sent_twice_arrives_once_and_does_not_disturb_another()
    {
        await using var test = new TestClient();
        var first = TelemetryEvent.Log(TelemetryLevel.Info, "first");
        test.Client.Send(first);
        var other = TelemetryEvent.Log(TelemetryLevel.Info, "other");

        test.Client.Send(first);
        test.Client.Send(default(TelemetryEvent));
        test.Client.Send(other.With("a", 1));
        await test.FlushedAsync();

        Assert.Contains("\"first\"", test.Events[0], StringComparison.Ordinal);
        Assert.Contains("\"other\",\"attributes\":{\"a\":1}", test.Events[1], StringComparison.Ordinal);
        Assert.Contains("already sent", Assert.Single(test.Reports), StringComparison.Ordinal);
        test.AssertCounted(sent: 3, dropped: 2, waiting: 0);
    }

    [Fact]
    public void Releasing_an_event_twice_does_not_disturb_another()
    {
        var first = TelemetryEvent.Log(TelemetryLevel.Info, "first");
        first.Release();
        var other = TelemetryEvent.Log(TelemetryLevel.Info, "other");

        first.Release();
        default(TelemetryEvent).Release();

        other.With("still", "whole").Release();
    }

    [Fact]
    public async Task An_event_may_be_built_while_another_is()
    {
        await using var test = new TestClient();
        var outer = TelemetryEvent.Log(TelemetryLevel.Info, "outer");
        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "inner").With("i", 1));
        test.Client.Send(outer.With("o", 1));
        await test.FlushedAsync();

        Assert.Equal(["inner", "outer"], test.Events.Select(json => Text(JsonDocument.Parse(json).RootElement, "message")),
            StringComparer.Ordinal);
    }

    private static JsonTypeInfo<int[]> ListType() =>
        (JsonTypeInfo<int[]>)new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() }.GetTypeInfo(
            typeof(int[]));

    private static string? Text(JsonElement json, string member) => json.GetProperty(member).GetString();
}
