using System.Text.RegularExpressions;
using Harness.Faults;

namespace Integration.Tests.EndToEnd;

/// <summary>What the company's consumers see of an event beside its bytes.</summary>
[Collection(RoadCollection.Name)]
public sealed partial class PublishedEventTests(RoadComponents components, ITestOutputHelper output)
{
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string First = $$"""{"style":"traces","service":"orders","level":"info","traceparent":"{{TraceParent}}"}""";
    private const string Second = """{"style":"logs","service":"orders v2.1","level":"warn"}""";

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task Properties_and_headers_are_those_that_the_documentation_names(string kind)
    {
        await using var road = await Road.LayAsync(components, output, keepBodies: true);
        var queue = road.Queues.Single(queue => queue.Kind == kind);
        road.Ledger.Expect(First);
        road.Ledger.Expect(Second);
        await road.StartBridgeAsync();

        Assert.Equal(new SendResult(Events: 2, Messages: 1), await queue.SendAsync(First, Second));
        await road.UntilAllArrivedOnceAsync();

        var (first, second) = (road.Ledger.All[0], road.Ledger.All[1]);
        Assert.Equal((First, "traces.orders.info"), (first.Text, first.RoutingKey));
        Assert.Equal((Second, "logs.orders-v2-1.warn"), (second.Text, second.RoutingKey));
        Assert.All([first, second], arrived => Assert.True(arrived.IsPersistent));
        Assert.All([first, second], arrived => Assert.Equal("application/json", arrived.ContentType));

        var id = MessageId().Match(first.MessageId!);
        Assert.True(id.Success, first.MessageId);
        var batch = id.Groups["batch"].Value;
        Assert.Equal(($"{batch}-0", $"{batch}-1"), (first.MessageId, second.MessageId));
        Assert.Equal(HeadersOf(queue, batch, TraceParent), first.Headers);
        Assert.Equal(HeadersOf(queue, batch, traceParent: null), second.Headers);
    }

    [Fact]
    public async Task The_routing_key_follows_the_configured_template()
    {
        await using var road = await Road.LayAsync(components, output, keepBodies: true);
        road.Settings = road.Settings.SetItem("Bridge__RabbitMq__RoutingKey", "serverless.{level}.{region}");
        road.Ledger.Expect(Second);
        await road.StartBridgeAsync();

        await road.Sqs.SendAsync(Second);
        await road.UntilAllArrivedOnceAsync();

        Assert.Equal("serverless.warn.unknown", road.Ledger.All.Single().RoutingKey);
    }

    [Fact]
    public async Task An_event_that_no_queue_is_bound_for_is_kept_alone_and_a_replay_after_binding_publishes_it_unchanged()
    {
        await using var road = await Road.LayAsync(components, output, keepBodies: true, bindingKey: "logs.#");
        road.Ledger.Expect(Second);
        await road.StartBridgeAsync();
        await road.Azure.SendAsync(First, Second);
        await road.UntilAllArrivedAsync();

        var dead = Assert.Single(await road.DeadLetters.UntilAsync(1, TimeSpan.FromSeconds(30), road.Describe));
        Assert.Equal(("unroutable", road.Azure.Queue.Url.ToString()), (dead.Reason, dead.Source));
        Assert.Contains("traces.orders.info", dead.Detail, StringComparison.Ordinal);
        await road.UntilSettledAsync();

        road.Ledger.Expect(First);
        await road.Tap.BindAsync("traces.#");
        (await road.RunAsync("dead", "replay", "--reason", "unroutable")).EnsureSuccess("bridge dead replay");
        await road.UntilAllArrivedOnceAsync();

        var (second, first) = (road.Ledger.All[0], road.Ledger.All[1]);
        var batch = MessageId().Match(second.MessageId!).Groups["batch"].Value;
        Assert.Equal(($"{batch}-0", $"{batch}-1"), (first.MessageId, second.MessageId));
        Assert.Equal(("traces.orders.info", "application/json", true), (first.RoutingKey, first.ContentType, first.IsPersistent));
        Assert.Equal(HeadersOf(road.Azure, batch, TraceParent), first.Headers);
    }

    private static Dictionary<string, string> HeadersOf(RoadQueue queue, string batch, string? traceParent)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["x-telemetry-source"] = queue.Queue.Url.ToString(),
            ["x-telemetry-batch"] = batch,
            ["x-telemetry-events"] = "2",
        };
        if (traceParent is not null)
            headers["traceparent"] = traceParent;
        return headers;
    }

    // Sender, sequence, digest, ordinal.
    [GeneratedRegex(
        "^(?<batch>[0-9a-f]{24}-[0-9]+-[0-9a-f]{16})-(?<ordinal>[0-9]+)$", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000)]
    private static partial Regex MessageId();
}
