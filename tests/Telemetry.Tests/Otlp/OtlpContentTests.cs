using System.Text.Json;
using Google.Protobuf;
using Telemetry.Otlp;
using Telemetry.Tests.Support;
using static Telemetry.Tests.Otlp.OtlpPost;

namespace Telemetry.Tests.Otlp;

/// <summary>Nothing of a request is left out.</summary>
public sealed class OtlpContentTests
{
    private const ulong Second = 1_000_000_000;

    [Fact]
    public async Task Everything_of_a_span_arrives()
    {
        var retry = new Span.Types.Event
        {
            Name = "retry",
            TimeUnixNano = 2 * Second,
            Attributes = { Pair("n", "1") },
            DroppedAttributesCount = 4,
        };
        var link = new Span.Types.Link
        {
            TraceId = Bytes(16, 2),
            SpanId = Bytes(8, 3),
            TraceState = "b=2",
            Flags = 1,
            Attributes = { Pair("why", "batch") },
            DroppedAttributesCount = 5,
        };
        var span = new Span
        {
            TraceId = Bytes(16),
            SpanId = Bytes(8),
            ParentSpanId = Bytes(8, 17),
            TraceState = "a=1",
            Flags = 0x301,
            Name = "charge",
            Kind = Span.Types.SpanKind.Producer,
            StartTimeUnixNano = Second,
            EndTimeUnixNano = Second + 1_500_000,
            Attributes = { Pair("a", "b") },
            DroppedAttributesCount = 1,
            DroppedEventsCount = 2,
            DroppedLinksCount = 3,
            Status = new Status { Code = Status.Types.StatusCode.Ok, Message = "fine" },
            Events = { retry },
            Links = { link },
        };

        var json = Assert.Single(await SendAsync(span));

        Assert.Equal(
            """
            timestamp: "1970-01-01T00:00:01.0000000Z", level: "info", name: "charge", durationMs: 1.5, kind: "producer",
             status: "ok",
             statusMessage: "fine", traceparent: "00-0102030405060708090a0b0c0d0e0f10-0102030405060708-01", flags: 769,
             parentSpanId: "1112131415161718", tracestate: "a=1",
             events: [{"name":"retry","timestamp":"1970-01-01T00:00:02+00:00","attributes":{"n":"1"},
            "droppedAttributesCount":4}], droppedEventsCount: 2,
             links: [{"traceId":"02030405060708090a0b0c0d0e0f1011","spanId":"030405060708090a","tracestate":"b=2",
            "flags":1,"attributes":{"why":"batch"},"droppedAttributesCount":5}],
             droppedLinksCount: 3, droppedAttributesCount: 1, attributes: {"a":"b"}
            """.ReplaceLineEndings(""),
            Members(json));
    }

    [Fact]
    public async Task Everything_of_resource_and_scope_arrives()
    {
        var host = new EntityRef
        {
            Type = "host",
            IdKeys = { "host.id" },
            DescriptionKeys = { "host.name" },
            SchemaUrl = "https://a/1",
        };
        var resource = new Resource
        {
            Attributes = { Pair("service.name", "shop") },
            DroppedAttributesCount = 6,
            EntityRefs = { host },
        };
        var scope = new InstrumentationScope
        {
            Name = "Orders",
            Version = "1.2",
            Attributes = { Pair("shard", "7") },
            DroppedAttributesCount = 8,
        };
        var record = new LogRecord { TimeUnixNano = Second };
        var logs = new ScopeLogs { Scope = scope, SchemaUrl = "https://a/3", LogRecords = { record } };
        var request = new ExportLogsServiceRequest
        {
            ResourceLogs = { new ResourceLogs { Resource = resource, SchemaUrl = "https://a/2", ScopeLogs = { logs } } },
        };

        var json = Assert.Single(await SendAsync(Logs, request));

        Assert.Equal(
            """
            timestamp: "1970-01-01T00:00:01.0000000Z", level: "info", category: "Orders", message: null,
             scope: {"version":"1.2","attributes":{"shard":"7"},"droppedAttributesCount":8,"schemaUrl":"https://a/3"},
             resourceSchemaUrl: "https://a/2", resourceDroppedAttributesCount: 6,
             resourceEntities: [{"type":"host","idKeys":["host.id"],"descriptionKeys":["host.name"],"schemaUrl":"https://a/1"}],
             resource: {"service.name":"shop"}, attributes: {}
            """.ReplaceLineEndings(""),
            Members(json));
    }

    [Fact]
    public async Task Everything_of_a_log_record_arrives()
    {
        var record = new LogRecord
        {
            TimeUnixNano = Second,
            ObservedTimeUnixNano = 2 * Second,
            SeverityNumber = SeverityNumber.Warn2,
            SeverityText = "Careful",
            Body = new AnyValue { IntValue = 0 },
            EventName = "paid",
            Attributes = { Pair("a", "b") },
            DroppedAttributesCount = 9,
            Flags = 1,
            TraceId = Bytes(16),
        };

        var json = Assert.Single(await SendAsync(record));

        Assert.Equal(
            """
            timestamp: "1970-01-01T00:00:01.0000000Z", level: "warn", message: 0, name: "paid", severityNumber: 14,
             severityText: "Careful",
             observedTimestamp: "1970-01-01T00:00:02+00:00", traceId: "0102030405060708090a0b0c0d0e0f10", flags: 1,
             droppedAttributesCount: 9,
             attributes: {"a":"b"}
            """.ReplaceLineEndings(""),
            Members(json));
    }

    [Theory]
    [InlineData(0, "info", null)]
    [InlineData(1, "trace", null)]
    [InlineData(9, "info", null)]
    [InlineData(24, "fatal", 24)]
    [InlineData(99, "info", 99)]
    public async Task A_severity_is_a_level_and_where_that_is_less_a_number(int severity, string level, int? number)
    {
        var json = Assert.Single(await SendAsync(new LogRecord { SeverityNumber = (SeverityNumber)severity }));

        Assert.Equal(level, json.GetProperty("level").GetString());
        Assert.Equal(number, json.TryGetProperty("severityNumber", out var written) ? written.GetInt32() : null);
    }

    [Fact]
    public async Task A_time_that_is_not_known_is_that_of_reading()
    {
        await using var test = new TestClient();
        var body = new ExportLogsServiceRequest
        {
            ResourceLogs = { new ResourceLogs { ScopeLogs = { new ScopeLogs { LogRecords = { new LogRecord() } } } } },
        };

        await AnswerAsync(test, Logs, new ByteArrayContent(body.ToByteArray()));
        await test.FlushedAsync();

        Assert.Equal(test.Clock.GetUtcNow(), test.SingleEvent.GetProperty("timestamp").GetDateTimeOffset());
    }

    [Fact]
    public async Task Values_of_every_kind_arrive()
    {
        var items = new ArrayValue { Values = { new AnyValue { BoolValue = false }, new AnyValue() } };
        var members =
            new KeyValueList { Values = { Value("list", new AnyValue { ArrayValue = items }), Pair("", "empty name") } };
        var span = new Span
        {
            Attributes =
            {
                Pair("text", ""), new KeyValue { Key = "none" },
                Value("false", new AnyValue { BoolValue = false }), Value("zero", new AnyValue { IntValue = 0 }),
                Value("least", new AnyValue { IntValue = long.MinValue }), Value("real", new AnyValue { DoubleValue = -0.5 }),
                Value("nan", new AnyValue { DoubleValue = double.NaN }), Value("bytes", new AnyValue { BytesValue = Bytes(3) }),
                Value("map", new AnyValue { KvlistValue = members }),
                Value("nothing", new AnyValue { ArrayValue = new ArrayValue() }),
            },
        };

        var json = Assert.Single(await SendAsync(span));

        Assert.Equal(
            """
            {"text":"","none":null,"false":false,"zero":0,"least":-9223372036854775808,"real":-0.5,"nan":"NaN","bytes":"AQID",
            "map":{"list":[false,null],"":"empty name"},"nothing":[]}
            """.ReplaceLineEndings(""),
            json.GetProperty("attributes").GetRawText());

        static KeyValue Value(string key, AnyValue value) => new() { Key = key, Value = value };
    }

    [Fact]
    public async Task Everything_of_a_number_arrives_zeros_included()
    {
        var exemplar = new Exemplar
        {
            AsInt = 0,
            TimeUnixNano = Second,
            TraceId = Bytes(16),
            SpanId = Bytes(8),
            FilteredAttributes = { Pair("order", "7") },
        };
        var point = new NumberDataPoint
        {
            StartTimeUnixNano = Second,
            TimeUnixNano = 2 * Second,
            AsInt = 0,
            Exemplars = { exemplar },
            Attributes = { Pair("a", "b") },
        };
        var zero = new NumberDataPoint { TimeUnixNano = Second, AsDouble = 0 };
        var none = new NumberDataPoint { TimeUnixNano = Second, Flags = 1 };
        var sum = new Metric
        {
            Name = "orders",
            Description = "Orders taken",
            Unit = "{order}",
            Metadata = { Pair("m", "n") },
            Sum = new Sum
            {
                IsMonotonic = true,
                AggregationTemporality = AggregationTemporality.Cumulative,
                DataPoints = { point },
            },
        };
        var gauge = new Metric
        {
            Name = "depth",
            Gauge = new Gauge { DataPoints = { zero, none } },
        };

        var metrics = await SendAsync(sum, gauge);

        Assert.Equal(
            [
                """
                timestamp: "1970-01-01T00:00:02.0000000Z", level: "info", name: "orders", value: 0, unit: "{order}",
                 kind: "counter",
                 temporality: "cumulative", since: "1970-01-01T00:00:01+00:00",
                 exemplars: [{"value":0,"timestamp":"1970-01-01T00:00:01+00:00","traceId":"0102030405060708090a0b0c0d0e0f10",
                "spanId":"0102030405060708","attributes":{"order":"7"}}],
                 description: "Orders taken", metadata: {"m":"n"}, attributes: {"a":"b"}
                """.ReplaceLineEndings(""),
                """
                timestamp: "1970-01-01T00:00:01.0000000Z", level: "info", name: "depth", value: 0, kind: "gauge",
                 attributes: {}
                """.ReplaceLineEndings(""),
                """
                timestamp: "1970-01-01T00:00:01.0000000Z", level: "info", name: "depth", value: null, kind: "gauge",
                 flags: 1, attributes: {}
                """.ReplaceLineEndings(""),
            ],
            metrics.Select(Members));
    }

    [Fact]
    public async Task Everything_of_a_histogram_arrives()
    {
        var point = new HistogramDataPoint
        {
            TimeUnixNano = Second,
            Count = 3,
            Sum = 0,
            Min = 0,
            Max = double.PositiveInfinity,
            BucketCounts = { 1, 2 },
            ExplicitBounds = { 0 },
            Exemplars = { new Exemplar { AsDouble = 0.5 }, new Exemplar() },
        };
        var empty = new HistogramDataPoint { TimeUnixNano = Second };
        var metric = new Metric
        {
            Name = "took",
            Histogram = new Histogram { AggregationTemporality = (AggregationTemporality)7, DataPoints = { point, empty } },
        };

        var metrics = await SendAsync(metric);

        Assert.Equal(
            [
                """
                timestamp: "1970-01-01T00:00:01.0000000Z", level: "info", name: "took", value: 0, kind: "histogram",
                 temporality: 7, count: 3,
                 min: 0, max: "Infinity", bounds: [0], buckets: [1,2], exemplars: [{"value":0.5},{"value":null}], attributes: {}
                """.ReplaceLineEndings(""),
                """
                timestamp: "1970-01-01T00:00:01.0000000Z", level: "info", name: "took", value: null,
                 kind: "histogram", temporality: 7, count: 0, attributes: {}
                """.ReplaceLineEndings(""),
            ],
            metrics.Select(Members));
    }

    [Fact]
    public async Task Everything_of_exponential_histograms_and_summaries_arrives()
    {
        var point = new ExponentialHistogramDataPoint
        {
            TimeUnixNano = Second,
            Count = 6,
            Sum = -1,
            Min = -4,
            Max = 3,
            Scale = -1,
            ZeroCount = 1,
            ZeroThreshold = 0.25,
            Positive = new ExponentialHistogramDataPoint.Types.Buckets { Offset = -2, BucketCounts = { 0, 5 } },
            Negative = new ExponentialHistogramDataPoint.Types.Buckets(),
            Exemplars = { new Exemplar { AsInt = 3 } },
        };
        var exponential = new Metric
        {
            Name = "took",
            ExponentialHistogram = new ExponentialHistogram
            {
                AggregationTemporality = AggregationTemporality.Delta,
                DataPoints = { point },
            },
        };
        var summary = new Metric
        {
            Name = "waited",
            Summary = new Summary
            {
                DataPoints =
                {
                    new SummaryDataPoint
                    {
                        StartTimeUnixNano = Second, TimeUnixNano = 2 * Second, Count = 2, Sum = 0,
                        QuantileValues = { Quantile(0, 0), Quantile(0.99, 7) },
                    },
                },
            },
        };

        var metrics = await SendAsync(exponential, summary);

        Assert.Equal(
            [
                """
                timestamp: "1970-01-01T00:00:01.0000000Z", level: "info", name: "took", value: -1, kind: "histogram",
                 temporality: "delta", count: 6,
                 min: -4, max: 3, scale: -1, zeroCount: 1, zeroThreshold: 0.25, positive: {"offset":-2,"buckets":[0,5]},
                 negative: {"offset":0,"buckets":[]}, exemplars: [{"value":3}], attributes: {}
                """.ReplaceLineEndings(""),
                """
                timestamp: "1970-01-01T00:00:02.0000000Z", level: "info", name: "waited", value: 0, kind: "summary",
                 since: "1970-01-01T00:00:01+00:00", count: 2,
                 quantiles: [{"quantile":0,"value":0},{"quantile":0.99,"value":7}], attributes: {}
                """.ReplaceLineEndings(""),
            ],
            metrics.Select(Members));

        static SummaryDataPoint.Types.ValueAtQuantile Quantile(double quantile, double value) =>
            new() { Quantile = quantile, Value = value };
    }

    [Fact]
    public async Task What_a_newer_version_may_say_is_told_by_its_number()
    {
        var span = new Span
        {
            Kind = (Span.Types.SpanKind)9,
            Status = new Status { Code = (Status.Types.StatusCode)5 },
            StartTimeUnixNano = 2 * Second,
            EndTimeUnixNano = Second,
            TraceId = Bytes(5),
            SpanId = Bytes(3),
        };

        var json = Assert.Single(await SendAsync(span));

        Assert.Equal(
            """
            timestamp: "1970-01-01T00:00:02.0000000Z", level: "info", name: "", durationMs: 0,
             endTime: "1970-01-01T00:00:01+00:00", kind: 9, status: 5,
             traceId: "0102030405", spanId: "010203", attributes: {}
            """.ReplaceLineEndings(""),
            Members(json));
    }
}
