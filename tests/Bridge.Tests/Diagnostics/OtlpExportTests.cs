using Bridge.Tests.Commands;
using Bridge.Tests.Publish;
using Bridge.Tests.Status;
using Harness.Components;

namespace Bridge.Tests.Diagnostics;

/// <summary>What a collector gets from a running bridge.</summary>
[Collection(StatusBroker.Name)]
public sealed class OtlpExportTests(BrokerFixture broker, CloudsFixture clouds)
{
    private const string Metrics = "/v1/metrics";

    [Theory]
    [InlineData("Bridge__Otlp__Endpoint", "Bridge__Otlp__Headers")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS")]
    public async Task A_collector_gets_the_metrics_of_the_endpoint_that_Prometheus_reads(string endpoint, string headers)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var collector = await OtlpCollector.StartAsync();
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs"))
            .SetItem(endpoint, collector.Url).SetItem(headers, "x-api-key=planted").SetItem("Bridge__Otlp__Interval", "00:00:01")
            .SetItem("Bridge__Otlp__TraceRatio", "0"));

        await Eventually.TrueAsync(() => Names(collector).Contains("bridge.queue.depth", StringComparer.Ordinal));

        var names = Names(collector);
        Assert.Contains("messaging.client.consumed.messages", names);
        Assert.Contains("messaging.client.sent.messages", names);
        Assert.Contains("bridge.events.published", names);
        Assert.Contains("bridge.receiving.paused", names);
        Assert.All(collector.Requests, request => Assert.Equal("planted", request.Key));
        Assert.All(collector.Requests, request => Assert.Equal(Metrics, request.Path));
        var resource = collector.Messages(Metrics, 1, 1, 1).Select(attribute => OtlpCollector.Text(attribute, 2, 1)).ToList();
        Assert.Contains("telemetry-bridge", resource);
        Assert.Contains(resource, value => value.EndsWith($"/{bridge.Process.Id}", StringComparison.Ordinal));
        await AssertSameAsPrometheusAsync(bridge, names);
    }

    [Fact]
    public async Task Publishing_is_linked_to_the_span_of_the_function()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        const string Span = "b7ad6b7169203331";
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("logs", "logs.#");
        await using var collector = await OtlpCollector.StartAsync();
        var queue = await clouds.CreateAsync("sqs");
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, queue)
            .SetItem("Bridge__Otlp__Endpoint", collector.Url).SetItem("Bridge__Otlp__TraceRatio", "1"));

        var events = $$"""{"style":"logs","service":"orders","level":"info","traceparent":"00-{{Trace}}-{{Span}}-01"}""";
        var sent = await BridgeProcess.RunBridgeAsync(
            ["send", "--queue", queue.Url.ToString(), "--kind", "sqs"], $"{events}\n{events}", queue.SenderEnvironment());
        Assert.Equal(0, sent.ExitCode);
        await Eventually.TrueAsync(() => Spans(collector).Any(span => OtlpCollector.Text(span, 5) is "publish telemetry"), TimeSpan.FromSeconds(60));

        var publish = Spans(collector).First(span => OtlpCollector.Text(span, 5) is "publish telemetry");
        var process = Spans(collector).First(span => OtlpCollector.Text(span, 5) == $"process {queue.Url.Segments[^1]}");
        var link = Assert.Single(OtlpCollector.Inner(publish, 13));
        Assert.Equal((Trace, Span), (Id(link, 1), Id(link, 2)));
        Assert.Equal((Id(process, 1), Id(process, 2)), (Id(publish, 1), Id(publish, 4)));

        // What travels on is the function's own trace.
        var messages = await host.DrainAsync("logs");
        Assert.Equal(2, messages.Count);
        Assert.All(messages, message => Assert.Equal(
            $"00-{Trace}-{Span}-01", System.Text.Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["traceparent"]!)));

        static string Id(byte[] message, int field) => Convert.ToHexStringLower(OtlpCollector.Inner(message, field).Single());
    }

    [Fact]
    public async Task A_collector_that_is_away_is_told_once_and_keeps_nothing_from_being_published()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs"))
            .SetItem("Bridge__Otlp__Endpoint", "http://127.0.0.1:1").SetItem("Bridge__Otlp__Headers", "x-api-key=planted")
            .SetItem("Bridge__Otlp__Interval", "00:00:01"));

        var line = await bridge.Process.WaitForLineAsync(
            line => line.Contains("accepts no metrics or traces of the bridge; forwarding of events continues", StringComparison.Ordinal), TimeSpan.FromSeconds(60));

        Assert.Contains("127.0.0.1:1", line, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", line, StringComparison.Ordinal);
        Assert.True(await bridge.IsReadyAsync());
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task A_proxy_that_refuses_is_told_without_its_password(string protocol)
    {
        const string Secret = "hunter2-of-the-proxy";
        await using var host = await broker.CreateVirtualHostAsync();
        await using var proxy = new RefusingProxy("HTTP/1.1 407 Proxy Authentication Required");
        var environment = BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs"));
        await using var bridge = await BridgeProcess.StartAsync(environment
            .SetItem("Bridge__Otlp__Endpoint", "https://collector.example.test:4318").SetItem("Bridge__Otlp__Protocol", protocol)
            .SetItem("Bridge__Otlp__Interval", "00:00:01")
            .SetItem("HTTPS_PROXY", $"http://user:{Secret}@127.0.0.1:{proxy.Port}"));

        var line = await bridge.Process.WaitForLineAsync(
            line => line.Contains("accepts no metrics or traces of the bridge; forwarding of events continues", StringComparison.Ordinal), TimeSpan.FromSeconds(60));

        Assert.Contains("the proxy ", line, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{proxy.Port}", line, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, line, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, bridge.Process.Tail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_on_loopback_is_never_asked_through_a_proxy()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var collector = await OtlpCollector.StartAsync();
        await using var proxy = new RefusingProxy("HTTP/1.1 407 Proxy Authentication Required");
        var environment = BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs"));
        await using var bridge = await BridgeProcess.StartAsync(environment
            .SetItem("Bridge__Otlp__Endpoint", collector.Url).SetItem("Bridge__Otlp__Interval", "00:00:01")
            .SetItem("HTTP_PROXY", $"http://127.0.0.1:{proxy.Port}"));

        await Eventually.TrueAsync(() => !collector.Requests.IsEmpty);

        Assert.Equal(0, proxy.Requests);
    }

    [Fact]
    public async Task An_endpoint_that_is_no_address_is_named()
    {
        var result = await BridgeCommand.RunAsync(
            BridgeQueue.BridgeEnvironment(broker.Server.Uri, await clouds.CreateAsync("sqs")).SetItem("Bridge__Otlp__Endpoint", "collector:4318"), "check");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Bridge:Otlp:Endpoint is no address of a collector", result.Output, StringComparison.Ordinal);
    }

    private static IEnumerable<byte[]> Spans(OtlpCollector collector) => collector.Messages("/v1/traces", 1, 2, 2);

    private static List<string> Names(OtlpCollector collector) =>
        [.. collector.Messages(Metrics, 1, 2, 2).Select(metric => OtlpCollector.Text(metric, 1)).Distinct(StringComparer.Ordinal)];

    // Every instrument that one way shows, the other shows too.
    private static async Task AssertSameAsPrometheusAsync(BridgeProcess bridge, List<string> names)
    {
        var samples = (await bridge.MetricsAsync()).Keys.ToList();
        Assert.All(names, name => Assert.Contains(
            samples, sample => sample.StartsWith(name.Replace('.', '_'), StringComparison.Ordinal)));
    }
}
