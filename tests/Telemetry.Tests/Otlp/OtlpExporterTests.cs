using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Otlp;

/// <summary>What OpenTelemetry's own exporter says beyond the usual arrives as well.</summary>
public sealed class OtlpExporterTests
{
    [Fact]
    public async Task Links_scopes_trace_state_and_dropped_counts_arrive()
    {
        await using var test = new TestClient();
        using var source = new ActivitySource(new ActivitySourceOptions("OtlpTests.Everything") { Version = "1.2", Tags = [new("shard", 7)] });
        var linked = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, "b=2");
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, "a=1", isRemote: true);
        using (var provider = Sdk.CreateTracerProviderBuilder().AddSource(source.Name).SetResourceBuilder(ResourceBuilder.CreateEmpty())
            .ConfigureServices(services => services.AddSingleton(Limits("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_EVENT_COUNT_LIMIT")))
            .AddOtlpExporter(options => Use(options, test)).Build())
        {
            using var activity = source.StartActivity(
                "charge", ActivityKind.Server, parent, links: [new ActivityLink(linked, new ActivityTagsCollection([new("why", "batch")]))])!;
            activity.SetTag("a", 1).SetTag("b", 2).AddEvent(new ActivityEvent("one")).AddEvent(new ActivityEvent("two"));
        }

        await test.FlushedAsync();

        var span = test.SingleEvent;
        Assert.Equal("""{"version":"1.2","attributes":{"shard":7}}""", span.GetProperty("scope").GetRawText());
        Assert.Equal(("a=1", 1, 1), (span.GetProperty("tracestate").GetString(), Number(span, "droppedAttributesCount"), Number(span, "droppedEventsCount")));
        // The parent is remote: bits 8 and 9.
        Assert.Equal(0x301, Number(span, "flags"));
        var link = Assert.Single(span.GetProperty("links").EnumerateArray());
        Assert.Equal(
            (linked.TraceId.ToHexString(), linked.SpanId.ToHexString(), "b=2", """{"why":"batch"}"""),
            (Text(link, "traceId"), Text(link, "spanId"), Text(link, "tracestate"), link.GetProperty("attributes").GetRawText()));
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
        Assert.Equal((2, 1, "How long it took"), (Number(metric, "count"), Number(metric, "zeroCount"), Text(metric, "description")));
        Assert.Equal(1, metric.GetProperty("positive").GetProperty("buckets").EnumerateArray().Sum(count => count.GetInt32()));
        Assert.Equal("""{"version":"3","attributes":{"shard":8}}""", metric.GetProperty("scope").GetRawText());
        var exemplar = metric.GetProperty("exemplars").EnumerateArray().Single(one => one.GetProperty("value").GetDouble() == 12);
        Assert.Equal(
            (activity.TraceId.ToHexString(), activity.SpanId.ToHexString(), """{"order":4711}"""),
            (Text(exemplar, "traceId"), Text(exemplar, "spanId"), exemplar.GetProperty("attributes").GetRawText()));
    }

    private static IConfiguration Limits(params string[] names) =>
        new ConfigurationBuilder().AddInMemoryCollection(names.Select(name => KeyValuePair.Create(name, (string?)"1"))).Build();

    private static void Use(OtlpExporterOptions options, TestClient test)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.HttpClientFactory = () => new HttpClient(new OtlpQueueHandler(test.Client));
    }

    private static int Number(JsonElement json, string member) => json.GetProperty(member).GetInt32();

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
