using System.Diagnostics;
using System.Text.Json;
using Telemetry.Listening;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Listening;

public sealed class ActivitySpansTests
{
    [Fact]
    public async Task An_activity_of_a_source_that_was_named_becomes_a_span_with_all_that_it_holds()
    {
        await using var test = new TestClient();
        using var listeners = TelemetryListeners.Start(
            test.Client, options => options.ActivitySources.Add("ActivitySpansTests.Full*"));
        using var source = new ActivitySource("ActivitySpansTests.Full");
        using var other = new ActivitySource("ActivitySpansTests.Other");
        var link = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None);

        Assert.Null(other.StartActivity("unheard"));
        var activity = source.StartActivity(ActivityKind.Client, default, [new("a", 1), new("list", new[] { "x", "y" })],
            [new ActivityLink(link)], name: "call")!;
        activity.AddEvent(new ActivityEvent("retry", DateTimeOffset.UnixEpoch, new ActivityTagsCollection([new("n", 2)])));
        activity.Stop();
        await test.FlushedAsync();

        var span = test.SingleEvent;
        Assert.Equal(("traces", "call", "client", "ActivitySpansTests.Full"),
            (Text(span, "style"), Text(span, "name"), Text(span, "kind"), Text(span, "source")));
        Assert.Equal(activity.Id, Text(span, "traceparent"));
        Assert.Equal("""{"a":1,"list":["x","y"]}""", span.GetProperty("attributes").GetRawText());
        Assert.Equal(
            """[{"name":"retry","timestamp":"1970-01-01T00:00:00+00:00","attributes":{"n":2}}]""",
            span.GetProperty("events").GetRawText());
        Assert.Equal($$"""[{"traceId":"{{link.TraceId}}","spanId":"{{link.SpanId}}"}]""", span.GetProperty("links").GetRawText());
    }

    [Fact]
    public async Task Of_a_trace_that_is_not_kept_only_what_failed_is_sent()
    {
        await using var test = new TestClient(options => options with { SamplingRatio = 0 });
        using var listeners = TelemetryListeners.Start(
            test.Client, options => options.ActivitySources.Add("ActivitySpansTests.Sampled"));
        using var source = new ActivitySource("ActivitySpansTests.Sampled");

        using (var good = source.StartActivity("good"))
            Assert.False(good!.Recorded);
        using (var bad = source.StartActivity("bad"))
            bad!.SetTag("a", 1).SetStatus(ActivityStatusCode.Error, "no stock");
        await test.FlushedAsync();

        Assert.Equal("bad", Text(test.SingleEvent, "name"));
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
