using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Telemetry.Otlp;
using Telemetry.Tests.Support;
using static Telemetry.Tests.Otlp.OtlpPost;

namespace Telemetry.Tests.Otlp;

/// <summary>Requests that are too large, too deep or broken are refused as a whole, with one line in our own words.</summary>
public sealed class OtlpBoundsTests
{
    private const int Most = 64 * 1024 * 1024;

    [Theory]
    [InlineData(45, HttpStatusCode.OK)]
    [InlineData(60, HttpStatusCode.BadRequest)]
    public async Task Values_nest_up_to_the_parsers_limit(int depth, HttpStatusCode status)
    {
        await using var test = new TestClient();
        var value = new AnyValue { StringValue = "inside" };
        for (var i = 0; i < depth; i++)
            value = new AnyValue { ArrayValue = new ArrayValue { Values = { value } } };

        Assert.Equal(status, await AnswerAsync(test, Logs, Content(Request(new LogRecord { Body = value }))));

        await AssertSentAsync(test, status is HttpStatusCode.OK ? 1 : 0);
        var (open, close) = (new string('[', depth), new string(']', depth));
        if (status is HttpStatusCode.OK)
            Assert.Equal($"{open}\"inside\"{close}", test.SingleEvent.GetProperty("message").GetRawText());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_comes_after_the_largest_body_is_not_taken_into_memory(bool isPacked)
    {
        await using var test = new TestClient();
        using var handler = new HttpMessageInvoker(new OtlpQueueHandler(test.Client));
        using HttpContent body = isPacked ? Packed(new Zeros()) : new Zeros();
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://queue/{Logs}") { Content = body };
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var response = handler.Send(request, CancellationToken.None);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        // A memory that doubles as it grows has allocated at most twice its size.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2.1 * Most);
        Assert.Contains("more than 67108864 bytes", Assert.Single(test.Reports), StringComparison.Ordinal);
        await AssertSentAsync(test, 0);
    }

    [Fact]
    public async Task Of_a_request_that_breaks_off_nothing_is_sent()
    {
        var record = new LogRecord { Body = new AnyValue { StringValue = "text" } };
        var whole = Request(record, record);
        for (var length = 1; length < whole.Length; length++)
        {
            await using var test = new TestClient();
            Assert.Equal(HttpStatusCode.BadRequest, await AnswerAsync(test, Logs, Content(whole[..length])));
            await AssertSentAsync(test, 0);
        }
    }

    /// <summary>As protobuf has it: a text that is no UTF-8 is a mistake of the request.</summary>
    [Fact]
    public async Task A_text_that_is_no_UTF8_is_refused()
    {
        await using var test = new TestClient();
        var body = Request(new LogRecord { Body = new AnyValue { StringValue = "text" } });
        body[^1] = 0xFF;

        Assert.Equal(HttpStatusCode.BadRequest, await AnswerAsync(test, Logs, Content(body)));

        await AssertSentAsync(test, 0);
    }

    [Fact]
    public async Task A_group_that_did_not_begin_ends_no_request()
    {
        await using var test = new TestClient();
        byte[] body = [.. Request(new LogRecord()), 0x0C, .. Request(new LogRecord())];

        Assert.Equal(HttpStatusCode.BadRequest, await AnswerAsync(test, Logs, Content(body)));

        await AssertSentAsync(test, 0);
    }

    private static async Task AssertSentAsync(TestClient test, int events)
    {
        await test.FlushedAsync();
        // The client's own account of what it dropped is an event as well.
        Assert.Equal(events, test.Events.Count(json => !json.Contains("dropped", StringComparison.Ordinal)));
        Assert.Equal(1 - events, test.Client.Statistics.Dropped);
        // Nothing of what Google.Protobuf or zlib say.
        Assert.All(test.Reports, report => Assert.DoesNotMatch("(?i)protocol message|recursion|archive|stream", report));
    }

    private static byte[] Request(params LogRecord[] records) => new ExportLogsServiceRequest
    {
        ResourceLogs = { new ResourceLogs { ScopeLogs = { new ScopeLogs { LogRecords = { records } } } } },
    }.ToByteArray();

    private static ByteArrayContent Content(byte[] body) => new(body);

    private static ByteArrayContent Packed(HttpContent body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            body.CopyTo(gzip, context: null, CancellationToken.None);
        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    /// <summary>Four times what is taken, of a length that is not told beforehand.</summary>
    private sealed class Zeros : HttpContent
    {
        private static readonly byte[] Part = new byte[1024 * 1024];

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var written = 0L; written < 4L * Most; written += Part.Length)
                await stream.WriteAsync(Part);
        }

        protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            for (var written = 0L; written < 4L * Most; written += Part.Length)
                stream.Write(Part);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
