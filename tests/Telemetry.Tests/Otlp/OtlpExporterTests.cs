using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Telemetry.Otlp;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Otlp;

/// <summary>What OpenTelemetry's own exporter says beyond the usual arrives as well.</summary>
public sealed class OtlpExporterTests
{
    [Fact]
    public async Task Links_scopes_trace_state_and_dropped_counts_arrive()
    {
        await using var test = new TestClient();
        var named = new ActivitySourceOptions("OtlpTests.Everything") { Version = "1.2", Tags = [new("shard", 7)] };
        using var source = new ActivitySource(named);
        var linked = RemoteSpan("b=2");
        var limits = Limits("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_EVENT_COUNT_LIMIT");
        using (var provider = Sdk.CreateTracerProviderBuilder().AddSource(source.Name)
            .ConfigureServices(services => services.AddSingleton(limits))
            .AddOtlpExporter(options => Use(options, test)).Build())
        {
            var link = new ActivityLink(linked, new ActivityTagsCollection([new("why", "batch")]));
            using var activity = source.StartActivity("charge", ActivityKind.Server, RemoteSpan("a=1"), links: [link])!;
            activity.SetTag("a", 1).SetTag("b", 2).AddEvent(new ActivityEvent("one")).AddEvent(new ActivityEvent("two"));
        }

        await test.FlushedAsync();

        var span = test.SingleEvent;
        Assert.Equal("""{"version":"1.2","attributes":{"shard":7}}""", span.GetProperty("scope").GetRawText());
        Assert.Equal(
            ("a=1", 1, 1),
            (Text(span, "tracestate"), Number(span, "droppedAttributesCount"), Number(span, "droppedEventsCount")));
        // The parent is remote: bits 8 and 9.
        Assert.Equal(0x301, Number(span, "flags"));
        var written = Assert.Single(span.GetProperty("links").EnumerateArray());
        Assert.Equal(
            (linked.TraceId.ToHexString(), linked.SpanId.ToHexString(), "b=2", """{"why":"batch"}"""),
            (Text(written, "traceId"), Text(written, "spanId"), Text(written, "tracestate"), Raw(written, "attributes")));
    }

    [Fact]
    public async Task Exemplars_and_exponential_histograms_arrive()
    {
        await using var test = new TestClient();
        using var meter = new Meter(new MeterOptions("OtlpTests.Everything") { Version = "3", Tags = [new("shard", 8)] });
        using var activity = new Activity("work") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();
        using (var provider = Sdk.CreateMeterProviderBuilder().AddMeter(meter.Name).SetExemplarFilter(ExemplarFilterType.AlwaysOn)
            .AddView("took", new Base2ExponentialBucketHistogramConfiguration { TagKeys = [] })
            .AddOtlpExporter((options, _) => Use(options, test)).Build())
        {
            var took = meter.CreateHistogram<double>("took", "ms", "How long it took");
            took.Record(0);
            took.Record(12, new KeyValuePair<string, object?>("order", 4711));
        }

        await test.FlushedAsync();

        var metric = test.SingleEvent;
        Assert.Equal(
            (2, 1, "How long it took"), (Number(metric, "count"), Number(metric, "zeroCount"), Text(metric, "description")));
        Assert.Equal(1, metric.GetProperty("positive").GetProperty("buckets").EnumerateArray().Sum(count => count.GetInt32()));
        Assert.Equal("""{"version":"3","attributes":{"shard":8}}""", metric.GetProperty("scope").GetRawText());
        var exemplar = metric.GetProperty("exemplars").EnumerateArray().Single(one => one.GetProperty("value").GetDouble() == 12);
        Assert.Equal(
            (activity.TraceId.ToHexString(), activity.SpanId.ToHexString(), """{"order":4711}"""),
            (Text(exemplar, "traceId"), Text(exemplar, "spanId"), exemplar.GetProperty("attributes").GetRawText()));
    }

    private static ActivityContext RemoteSpan(string state) => new(
        ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, state, isRemote: true);

    private static IConfiguration Limits(params string[] names) =>
        new ConfigurationBuilder().AddInMemoryCollection(names.Select(name => KeyValuePair.Create(name, (string?)"1"))).Build();

    private static void Use(OtlpExporterOptions options, TestClient test)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.HttpClientFactory = () => new HttpClient(new OtlpQueueHandler(test.Client));
    }

    private static int Number(JsonElement json, string member) => json.GetProperty(member).GetInt32();

    private static string Raw(JsonElement json, string member) => json.GetProperty(member).GetRawText();

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
