using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Diagnostics;

/// <summary>A collector on loopback: takes OTLP over HTTP and keeps the requests.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>Path and body of each request.</summary>
    public ConcurrentQueue<(string Path, byte[] Body, string? Key)> Requests { get; } = [];

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var collector = new OtlpCollector(builder.Build());
        collector._app.Urls.Add("http://127.0.0.1:0");
        collector._app.MapPost("/{**path}", collector.TakeAsync);
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>The messages at a path of field numbers in all requests to an address, such as all metrics: 1, 2, 2.</summary>
    public IEnumerable<byte[]> Messages(string path, params int[] fields) =>
        Requests.Where(request => request.Path == path).SelectMany(request => Inner(request.Body, fields));

    /// <summary>The parts of a message at a path of field numbers.</summary>
    public static IEnumerable<byte[]> Inner(byte[] message, params ReadOnlySpan<int> fields)
    {
        if (fields.IsEmpty)
            return [message];
        var parts = new List<byte[]>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            if (tag == WireFormat.MakeTag(fields[0], WireFormat.WireType.LengthDelimited))
                parts.AddRange(Inner(input.ReadBytes().ToByteArray(), fields[1..]));
            else
                input.SkipLastField();
        }

        return parts;
    }

    /// <summary>A message's text at a path of field numbers; empty when there is none.</summary>
    public static string Text(byte[] message, params ReadOnlySpan<int> fields) =>
        Inner(message, fields) is var parts && parts.Any() ? Encoding.UTF8.GetString(parts.First()) : "";

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Requests.Enqueue((context.Request.Path, body.ToArray(), context.Request.Headers["x-api-key"]));
        context.Response.ContentType = "application/x-protobuf";
    }
}
