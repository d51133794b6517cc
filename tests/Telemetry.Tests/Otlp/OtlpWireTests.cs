using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Telemetry.Otlp;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Otlp;

/// <summary>Requests made field by field: in any order, with fields that nobody knows, with lists packed and not.</summary>
public sealed class OtlpWireTests
{
    private const string Metrics = "v1/metrics";

    public static TheoryData<bool> Orders => new(true, false);

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task An_exemplar_changes_no_value(bool first)
    {
        var exemplar = Message(5, [.. Fixed64(2, 1), .. Real(3, 7), .. Text(5, "12345678"), .. Text(4, "span")]);
        var sum = Either(first, exemplar, Fixed64(6, 42));
        var gauge = Either(first, exemplar, Real(4, 1.5));
        byte[] distribution = [.. Fixed64(4, 3), .. Real(5, 6.5), .. Real(11, 1), .. Real(12, 4)];
        var histogram = Either(first, Message(8, [.. Fixed64(6, 9)]), distribution);
        byte[] exponential = [.. Fixed64(4, 3), .. Real(5, 6.5), .. Number(6, 3), .. Message(8, Number(1, 2)),
            .. Message(9, Number(1, 2)), .. Real(12, 1), .. Real(13, 4), .. Real(14, 0.5)];
        exponential = Either(first, Message(11, [.. Fixed64(6, 9)]), exponential);
        byte[] summary = [.. Fixed64(4, 3), .. Real(5, 6.5), .. Message(6, [.. Real(1, 0.5), .. Real(2, 2)])];

        var metrics = await SendAsync(
            Metrics, Message(2, Metric("sum", 7, sum)), Message(2, Metric("gauge", 5, gauge)),
                Message(2, Metric("histogram", 9, histogram)),
            Message(2, Metric("exponential", 10, exponential)), Message(2, Metric("summary", 11, summary)));

        Assert.Equal(["42", "1.5", "6.5", "6.5", "6.5"], metrics.Select(metric => metric.GetProperty("value").GetRawText()));
        Assert.All(metrics.Skip(2), metric => Assert.Equal(3, metric.GetProperty("count").GetInt32()));
        Assert.All(metrics.Skip(2).Take(2), metric =>
            Assert.Equal((1, 4), (metric.GetProperty("min").GetInt32(), metric.GetProperty("max").GetInt32())));
        Assert.All(metrics.Skip(2).Take(1), metric => Assert.False(metric.TryGetProperty("buckets", out _)));
    }

    [Theory]
    [InlineData(9007199254740993, "9007199254740993")]
    [InlineData(long.MinValue, "-9223372036854775808")]
    public async Task A_whole_number_stays_whole(long value, string expected)
    {
        var metric = Assert.Single(await SendAsync(Metrics, Message(2, Metric("sum", 7, Fixed64(6, (ulong)value)))));

        Assert.Equal(expected, metric.GetProperty("value").GetRawText());
    }

    [Fact]
    public async Task Lists_of_numbers_may_be_packed_or_not_and_in_parts()
    {
        byte[] packed = [.. Packed(6, 1UL, 2UL, 3UL),
            .. Packed(7, BitConverter.DoubleToUInt64Bits(0.5), BitConverter.DoubleToUInt64Bits(1.5))];
        byte[] single = [.. Real(7, 0.5), .. Fixed64(6, 1), .. Fixed64(6, 2), .. Real(7, 1.5), .. Fixed64(6, 3)];
        byte[] mixed = [.. Packed(6, 1UL), .. Real(7, 0.5), .. Fixed64(6, 2), .. Packed(7, BitConverter.DoubleToUInt64Bits(1.5)),
            .. Packed(6, 3UL)];

        var metrics = await SendAsync(
            Metrics, Message(2, Metric("packed", 9, packed)), Message(2, Metric("single", 9, single)),
                Message(2, Metric("mixed", 9, mixed)));

        Assert.All(metrics, metric => Assert.Equal(
            ("[0.5,1.5]", "[1,2,3]"), (metric.GetProperty("bounds").GetRawText(), metric.GetProperty("buckets").GetRawText())));
    }

    /// <summary>A field that is not written as its number asks for is one that nobody knows.</summary>
    [Fact]
    public async Task Fields_of_another_form_and_unknown_ones_change_nothing()
    {
        byte[] unknown = [.. Fixed64(99, 1), .. Number(98, 1), .. Text(97, "x"), .. Fixed32(96, 1),
            .. Group(95, [.. Number(1, 1), .. Group(2, Text(3, "x"))])];
        byte[] strange = [.. Text(4, "12345678"), .. Text(6, "12345678"), .. Number(4, 7), .. Text(2, "x"), .. Text(3, "x"),
            .. Fixed64(7, 1), .. Real(11, 1), .. Real(12, 1)];
        byte[] point = [.. unknown, .. Fixed64(6, 42), .. Message(7, Pair("a", [.. unknown, .. Text(1, "b"), .. unknown])),
            .. strange];
        byte[] log =
        [
            .. unknown, .. Number(1, 5), .. Fixed64(1, 1_000_000_000), .. Text(1, "x"), .. Number(2, 17), .. Fixed64(2, 1),
            .. Text(2, "x"),
            .. Message(5, Text(1, "body")), .. Number(5, 1), .. Fixed64(6, 1), .. Fixed64(9, 1), .. Number(12, 1), .. unknown,
        ];
        byte[] span =
        [
            .. unknown, .. Text(5, "name"), .. Number(5, 1), .. Fixed64(5, 1), .. Fixed64(7, 1_000_000),
            .. Fixed64(8, 3_000_000), .. Number(7, 1),
            .. Text(8, "x"), .. Number(6, 3), .. Text(6, "x"), .. Message(15, Number(3, 2)), .. Number(15, 1), .. Number(11, 1),
            .. Number(13, 1),
        ];

        var metric = Assert.Single(await SendAsync(Metrics, unknown,
            Message(2, [.. unknown, .. Metric("sum", 7, point), .. Number(7, 1), .. Number(1, 2)])));
        var record = Assert.Single(await SendAsync("v1/logs", unknown, Message(2, log)));
        var trace = Assert.Single(await SendAsync("v1/traces", unknown, Message(2, span)));

        Assert.Equal(("42", """{"a":"b"}"""),
            (metric.GetProperty("value").GetRawText(), metric.GetProperty("attributes").GetRawText()));
        Assert.Equal(("error", "body", "1970-01-01T00:00:01.0000000Z"),
            (record.GetProperty("level").GetString(), record.GetProperty("message").GetString(),
                record.GetProperty("timestamp").GetString()));
        Assert.Equal(("name", 2.0, "client", "error"),
            (trace.GetProperty("name").GetString(), trace.GetProperty("durationMs").GetDouble(),
            trace.GetProperty("kind").GetString(), trace.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_message_in_two_parts_is_one_and_of_a_single_value_the_last_counts()
    {
        byte[] value = [.. Text(1, "no"), .. Number(3, 7)];
        byte[] log =
        [
            .. Message(5, Text(1, "no")), .. Message(5, Text(1, "body")), .. Message(6, Pair("a", value)),
            .. Message(6, Pair("a", Number(2, 1))),
            .. Message(6, [.. Text(1, "no"), .. Message(2, Text(1, "x")), .. Text(1, "late")]), .. Message(6, Text(1, "none")),
        ];
        var twice = Metric("sum", 7, Fixed64(6, 1), Number(2, 1));
        byte[] parted = [.. twice, .. Message(7, [.. Message(1, Fixed64(6, 2)), .. Number(3, 1)])];

        var record = Assert.Single(await SendAsync("v1/logs", Message(2, log)));
        var metrics = await SendAsync(Metrics, Message(2, parted));

        Assert.Equal("body", record.GetProperty("message").GetString());
        Assert.Equal("""{"a":true,"late":"x","none":null}""", record.GetProperty("attributes").GetRawText());
        Assert.Equal([1, 2], metrics.Select(metric => metric.GetProperty("value").GetInt32()));
        Assert.All(metrics, metric => Assert.Equal(("counter", "delta"),
            (metric.GetProperty("kind").GetString(), metric.GetProperty("temporality").GetString())));
    }

    [Fact]
    public async Task Parts_of_a_span_are_objects_with_names_of_their_own()
    {
        byte[] part = [.. Text(2, "no"), .. Fixed64(1, 1), .. Text(2, "event"), .. Fixed64(1, 1_000),
            .. Message(3, Pair("a", Number(3, 1)))];
        byte[] link = [.. Text(1, "no"), .. Text(1, "0123456789abcdef"), .. Text(2, "01234567")];
        byte[] noTrace = [.. Text(1, new string('\0', 16)), .. Text(2, new string('\0', 8))];

        var span = Assert.Single(await SendAsync("v1/traces",
            Message(2, [.. noTrace, .. Message(11, part), .. Message(13, link)])));

        Assert.Equal("""[{"name":"event","timestamp":"1970-01-01T00:00:00.000001+00:00","attributes":{"a":1}}]""",
            span.GetProperty("events").GetRawText());
        Assert.Equal("""[{"traceId":"30313233343536373839616263646566","spanId":"3031323334353637"}]""",
            span.GetProperty("links").GetRawText());
        Assert.False(span.TryGetProperty("traceparent", out _));
    }

    [Theory]
    [InlineData("gzip", HttpStatusCode.BadRequest)]
    [InlineData("GZIP", HttpStatusCode.BadRequest)]
    [InlineData("br", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("identity", HttpStatusCode.OK)]
    public async Task A_body_that_does_not_unpack_is_answered_and_not_thrown_at(string encoding, HttpStatusCode status)
    {
        var body = Request(Message(2, Metric("sum", 7, Fixed64(6, 42))));

        Assert.Equal(status, await AnswerAsync(body, encoding));
        if (status is not HttpStatusCode.BadRequest)
            return;
        var packed = Packed(body);
        Assert.Equal(HttpStatusCode.OK, await AnswerAsync(packed, encoding));
        for (var at = 0; at < packed.Length; at++)
        {
            var broken = packed.ToArray();
            broken[at] ^= 0x55;
            await AnswerAsync(broken, encoding);
            await AnswerAsync(packed[..at], encoding);
        }
    }

    private static async Task<HttpStatusCode> AnswerAsync(byte[] body, string encoding)
    {
        await using var test = new TestClient();
        using var http = new HttpClient(new OtlpQueueHandler(test.Client));
        using var content = Content(body);
        content.Headers.ContentEncoding.Add(encoding);
        using var response = await http.PostAsync("http://queue/v1/metrics", content);
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://queue/v1/metrics") { Content = content };
        using var same = http.Send(request);
        Assert.Equal(response.StatusCode, same.StatusCode);
        Assert.Equal(response.StatusCode is HttpStatusCode.BadRequest ? 2 : 0, test.Client.Statistics.Dropped);
        return response.StatusCode;
    }

    // Sends the fields of one scope, and reads the events.
    private static async Task<List<JsonElement>> SendAsync(string path, params byte[][] scope)
    {
        await using var test = new TestClient();
        using var http = new HttpClient(new OtlpQueueHandler(test.Client));
        using var content = Content(Request(scope));
        using var response = await http.PostAsync($"http://queue/{path}", content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await test.FlushedAsync();
        return [.. test.Events.Select(json => JsonDocument.Parse(json).RootElement)];
    }

    private static byte[] Request(params byte[][] scope) => Message(1, Message(2, [.. scope.SelectMany(field => field)]));

    private static ByteArrayContent Content(byte[] body) =>
        new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-protobuf") } };

    private static byte[] Packed(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(body);
        return packed.ToArray();
    }

    private static byte[] Metric(string name, int kind, byte[] point, byte[]? more = null) =>
        [.. Text(1, name), .. Message(kind, [.. Message(1, point), .. more ?? []])];

    private static byte[] Pair(string name, byte[] value) => [.. Text(1, name), .. Message(2, value)];

    private static byte[] Either(bool first, byte[] one, byte[] other) => first ? [.. one, .. other] : [.. other, .. one];

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Real(int field, double value) => Fixed64(field, BitConverter.DoubleToUInt64Bits(value));

    private static byte[] Fixed64(int field, ulong value) => [.. Varint(((ulong)field << 3) | 1), .. Bytes(value)];

    private static byte[] Fixed32(int field, byte value) => [.. Varint(((ulong)field << 3) | 5), value, 0, 0, 0];

    private static byte[] Number(int field, ulong value) => [.. Varint((ulong)field << 3), .. Varint(value)];

    private static byte[] Message(int field, byte[] value) =>
        [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)value.Length), .. value];

    private static byte[] Group(int field, byte[] value) =>
        [.. Varint(((ulong)field << 3) | 3), .. value, .. Varint(((ulong)field << 3) | 4)];

    private static byte[] Packed(int field, params ulong[] values) => Message(field, [.. values.SelectMany(Bytes)]);

    private static byte[] Bytes(ulong value)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    private static List<byte> Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }
}
