using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Telemetry.Otlp;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Otlp;

/// <summary>OpenTelemetry's own exporter with its HTTP client replaced: what it exports becomes events.</summary>
public sealed class OtlpQueueHandlerTests
{
    private const string Card = "4111111111111111";

    [Fact]
    public async Task Spans_arrive_as_spans()
    {
        await using var test = new TestClient();
        using var source = new ActivitySource("OtlpTests.Spans");
        Activity activity;
        using (var provider = Sdk.CreateTracerProviderBuilder().AddSource(source.Name).SetResourceBuilder(Resource())
            .AddOtlpExporter(options => Use(options, test)).Build())
        {
            using var parent = new Activity("parent") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();
            activity = source.StartActivity("charge", ActivityKind.Client)!;
            activity.SetTag("amount", 12.5).SetTag("card", Card).SetTag("tries", new[] { 1, 2 })
                .SetStatus(ActivityStatusCode.Error, "declined");
            activity.AddEvent(new ActivityEvent("retry", tags: new ActivityTagsCollection([new("n", 2)])));
            activity.Stop();
        }

        await test.FlushedAsync();

        var span = test.SingleEvent;
        Assert.Equal(("traces", "error", "charge", "client"),
            (Text(span, "style"), Text(span, "level"), Text(span, "name"), Text(span, "kind")));
        Assert.Equal((activity.Id, activity.ParentSpanId.ToHexString()), (Text(span, "traceparent"), Text(span, "parentSpanId")));
        Assert.Equal(("declined", "OtlpTests.Spans", "orders"),
            (Text(span, "statusMessage"), Text(span, "source"), Text(span, "service")));
        Assert.Equal("""{"amount":12.5,"card":"[redacted:card]","tries":[1,2]}""", span.GetProperty("attributes").GetRawText());
        Assert.Equal("shop", span.GetProperty("resource").GetProperty("service.name").GetString());
        Assert.Equal(activity.Duration.TotalMilliseconds, span.GetProperty("durationMs").GetDouble(), 3);
        Assert.Equal(activity.StartTimeUtc, span.GetProperty("timestamp").GetDateTime(), TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, span.GetProperty("events")[0].GetProperty("attributes").GetProperty("n").GetInt32());
    }

    [Fact]
    public async Task Logs_arrive_as_logs()
    {
        await using var test = new TestClient(options => options with { Levels = LevelRules.Parse("trace,Quiet=error") });
        using (var logging = LoggerFactory.Create(builder => builder.AddOpenTelemetry(options =>
        {
            options.SetResourceBuilder(Resource());
            options.IncludeFormattedMessage = true;
            options.AddOtlpExporter(exporter => Use(exporter, test));
        })))
        {
            logging.CreateLogger("Orders").LogWarning("paid with {Card} for {Order}", Card, 4711);
            logging.CreateLogger("Quiet").LogWarning("no");
        }

        await test.FlushedAsync();

        var log = test.SingleEvent;
        Assert.Equal(("logs", "warn", "Orders", "paid with [redacted:card] for 4711"),
            (Text(log, "style"), Text(log, "level"), Text(log, "category"), Text(log, "message")));
        Assert.Equal(4711, log.GetProperty("attributes").GetProperty("Order").GetInt32());
    }

    [Fact]
    public async Task Metrics_arrive_one_a_data_point()
    {
        await using var test = new TestClient();
        using var meter = new Meter("OtlpTests.Metrics");
        using (var provider = Sdk.CreateMeterProviderBuilder().AddMeter(meter.Name).SetResourceBuilder(Resource())
            .AddOtlpExporter((options, reader) =>
            {
                Use(options, test);
                reader.TemporalityPreference = MetricReaderTemporalityPreference.Delta;
            }).Build())
        {
            meter.CreateCounter<long>("orders", "{order}").Add(3, new KeyValuePair<string, object?>("card", Card));
            meter.CreateHistogram<double>("took", "ms").Record(12);
            meter.CreateObservableGauge("depth", () => 7.5);
        }

        await test.FlushedAsync();

        var metrics = test.Events.Select(json => JsonDocument.Parse(json).RootElement).ToDictionary(
            metric => Text(metric, "name"), StringComparer.Ordinal);
        var (orders, took) = (metrics["orders"], metrics["took"]);
        Assert.Equal(
            (3, "{order}", "counter", "delta"),
            (orders.GetProperty("value").GetInt32(), Text(orders, "unit"), Text(orders, "kind"), Text(orders, "temporality")));
        Assert.Equal("""{"card":"[redacted:card]"}""", metrics["orders"].GetProperty("attributes").GetRawText());
        Assert.Equal(
            (12, 1, 12),
            (took.GetProperty("value").GetInt32(), took.GetProperty("count").GetInt32(), took.GetProperty("max").GetInt32()));
        Assert.Equal(
            metrics["took"].GetProperty("bounds").GetArrayLength() + 1, metrics["took"].GetProperty("buckets").GetArrayLength());
        Assert.Equal((7.5, "gauge"), (metrics["depth"].GetProperty("value").GetDouble(), Text(metrics["depth"], "kind")));
    }

    [Theory]
    [InlineData("http://queue/v1/profiles", "application/x-protobuf", HttpStatusCode.NotFound)]
    [InlineData("http://queue/v1/traces", "application/json", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("http://queue/v1/traces", "application/x-protobuf", HttpStatusCode.BadRequest)]
    public async Task What_is_no_export_is_refused(string url, string type, HttpStatusCode status)
    {
        await using var test = new TestClient();
        using var http = new HttpClient(new OtlpQueueHandler(test.Client));

        using var response = await http.PostAsync(url, Content([0x0A, 0x7F, 0x01], type));

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(status is HttpStatusCode.BadRequest ? 1 : 0, test.Client.Statistics.Dropped);
    }

    [Fact]
    public async Task Any_bytes_are_answered_and_never_thrown_at()
    {
        await using var test = new TestClient();
        using var http = new HttpClient(new OtlpQueueHandler(test.Client));
        var random = new Random(4);
        foreach (var path in (string[])["v1/traces", "v1/logs", "v1/metrics"])
        {
            for (var i = 0; i < 3_000; i++)
            {
                // Nested lengths that fit, so that the inner messages are reached.
                var bytes = new byte[random.Next(1, 60)];
                random.NextBytes(bytes);
                byte[] group = [0x12, (byte)bytes.Length, .. bytes];
                byte[] resource = [0x12, (byte)group.Length, .. group];
                using var response = await http.PostAsync(
                    $"http://queue/{path}", Content([0x0A, (byte)resource.Length, .. resource], "application/x-protobuf"));
                Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest);
            }
        }
    }

    [Fact]
    public async Task A_compressed_export_is_unpacked()
    {
        await using var test = new TestClient();
        using var http = new HttpClient(new OtlpQueueHandler(test.Client));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write([0x0A, 0x06, 0x12, 0x04, 0x12, 0x02, 0x10, 0x11]);
        var content = Content(packed.ToArray(), "application/x-protobuf");
        content.Headers.ContentEncoding.Add("gzip");

        using var response = await http.PostAsync("http://queue/v1/logs", content);
        await test.FlushedAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("error", Text(test.SingleEvent, "level"));
    }

    private static void Use(OtlpExporterOptions options, TestClient test)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.HttpClientFactory = () => new HttpClient(new OtlpQueueHandler(test.Client));
    }

    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty().AddService("shop", serviceInstanceId: "i");

    private static ByteArrayContent Content(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
