using Bridge.Tests.Commands;
using Bridge.Tests.Publish;
using Local.Components;

namespace Bridge.Tests.Diagnostics;

/// <summary>What a collector gets from a running bridge.</summary>
[Collection(BrokerTests.Name)]
public sealed class OtlpExportTests(BrokerFixture broker, CloudsFixture clouds) : IClassFixture<CloudsFixture>
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
            .SetItem(endpoint, collector.Url).SetItem(headers, "x-api-key=planted").SetItem("Bridge__Otlp__Interval", "00:00:01"));

        await Eventually.TrueAsync(() => Names(collector).Contains("bridge.queue.depth", StringComparer.Ordinal));

        var names = Names(collector);
        Assert.Contains("messaging.client.consumed.messages", names);
        Assert.Contains("messaging.client.sent.messages", names);
        Assert.Contains("bridge.events.published", names);
        Assert.Contains("bridge.receiving.paused", names);
        Assert.All(collector.Requests, request => Assert.Equal("planted", request.Key));
        var resource = collector.Messages(Metrics, 1, 1, 1).Select(attribute => OtlpCollector.Text(attribute, 2, 1)).ToList();
        Assert.Contains("telemetry-bridge", resource);
        Assert.Contains(resource, value => value.EndsWith($"/{bridge.Process.Id}", StringComparison.Ordinal));
        await AssertSameAsPrometheusAsync(bridge, names);
    }

    [Fact]
    public async Task An_endpoint_that_is_no_address_is_named()
    {
        var result = await BridgeCommand.RunAsync(
            BridgeQueue.BridgeEnvironment(broker.Server.Uri, await clouds.CreateAsync("sqs")).SetItem("Bridge__Otlp__Endpoint", "collector:4318"), "check");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Bridge:Otlp:Endpoint is no address of a collector", result.Output, StringComparison.Ordinal);
    }

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
