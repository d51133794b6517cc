using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Google.Protobuf;
using Telemetry.Otlp;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Otlp;

/// <summary>Posts requests to an <see cref="OtlpQueueHandler"/>, as an exporter does.</summary>
internal static class OtlpPost
{
    internal const string Traces = "v1/traces";
    internal const string Metrics = "v1/metrics";
    internal const string Logs = "v1/logs";

    /// <summary>The events of a request with one item.</summary>
    internal static Task<List<JsonElement>> SendAsync(Span span) => SendAsync(Traces, new ExportTraceServiceRequest
    {
        ResourceSpans = { new ResourceSpans { ScopeSpans = { new ScopeSpans { Spans = { span } } } } },
    });

    /// <inheritdoc cref="SendAsync(Span)"/>
    internal static Task<List<JsonElement>> SendAsync(LogRecord record) => SendAsync(Logs, new ExportLogsServiceRequest
    {
        ResourceLogs = { new ResourceLogs { ScopeLogs = { new ScopeLogs { LogRecords = { record } } } } },
    });

    /// <inheritdoc cref="SendAsync(Span)"/>
    internal static Task<List<JsonElement>> SendAsync(params IEnumerable<Metric> metrics) =>
        SendAsync(Metrics, new ExportMetricsServiceRequest
        {
            ResourceMetrics = { new ResourceMetrics { ScopeMetrics = { new ScopeMetrics { Metrics = { metrics } } } } },
        });

    /// <summary>The events of a request.</summary>
    internal static async Task<List<JsonElement>> SendAsync(string path, IMessage request)
    {
        await using var test = new TestClient();
        Assert.Equal(HttpStatusCode.OK, await AnswerAsync(test, path, new ByteArrayContent(request.ToByteArray())));
        await test.FlushedAsync();
        return [.. test.Events.Select(json => JsonDocument.Parse(json).RootElement)];
    }

    /// <summary>The handler's answer to a body.</summary>
    internal static async Task<HttpStatusCode> AnswerAsync(TestClient test, string path, HttpContent content)
    {
        using var http = new HttpClient(new OtlpQueueHandler(test.Client));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        using var response = await http.PostAsync($"http://queue/{path}", content);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
        return response.StatusCode;
    }

    internal static KeyValue Pair(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    internal static ByteString Bytes(int length, byte first = 1) =>
        ByteString.CopyFrom([.. Enumerable.Range(first, length).Select(value => (byte)value)]);

    /// <summary>An event's members without those that every event has, in their order.</summary>
    internal static string Members(JsonElement json) => string.Join(", ", json.EnumerateObject()
        .Where(member => member.Name is not ("style" or "service" or "release" or "instance"))
        .Select(member => $"{member.Name}: {member.Value.GetRawText()}"));
}
