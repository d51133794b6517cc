using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Telemetry.Aws;
using Telemetry.Queues;

namespace Telemetry.Tests.Aws;

/// <summary>An SQS that answers as the test says: throttles, denies, lies and hangs up.</summary>
internal sealed class FakeSqs : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeSqs(WebApplication app) => _app = app;

    /// <summary>Every request that arrived whole, in order.</summary>
    public ConcurrentQueue<FakeSqsRequest> Requests { get; } = new();

    public QueueEndpoint Endpoint { get; private set; } = null!;

    /// <summary>One that answers at once.</summary>
    public static Task<FakeSqs> StartAsync(Func<FakeSqsRequest, FakeSqsReply> answer) =>
        StartWaitingAsync(request => Task.FromResult(answer(request)));

    /// <summary>One that may take its time, and may have a certificate.</summary>
    public static async Task<FakeSqs> StartWaitingAsync(
        Func<FakeSqsRequest, Task<FakeSqsReply>> answer, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        var app = builder.Build();
        var fake = new FakeSqs(app);
        app.Run(context => fake.ServeAsync(context, answer));
        await app.StartAsync();
        var address = AddressOf(app);
        fake.Endpoint = QueueEndpoint.TryParse($"{address}/123456789012/telemetry", "sqs", null, out var endpoint, out var error)
            ? endpoint
            : throw new InvalidOperationException(error);
        return fake;
    }

    /// <summary>A client of the fake's queue.</summary>
    public SqsQueue Open(TimeProvider? clock = null, AWSCredentials? credentials = null) =>
        new(Endpoint, clock ?? new ImpatientClock(), () => credentials ?? KnownCredentials.New());

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    /// <summary>Where a server that has started listens.</summary>
    public static string AddressOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    private async Task ServeAsync(HttpContext context, Func<FakeSqsRequest, Task<FakeSqsReply>> answer)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new FakeSqsRequest(
            context.Request.Method,
            context.Request.Path,
            context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        Requests.Enqueue(request);
        var reply = await answer(request);
        if (reply.HangsUp)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = "application/x-amz-json-1.0";
        context.Response.Headers["x-amzn-RequestId"] = "request-1";
        if (reply.Date is { } date)
            context.Response.Headers.Date = date.ToString("R");
        await context.Response.WriteAsync(reply.Body);
    }
}

/// <summary>A request as it arrived.</summary>
internal sealed record FakeSqsRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Operation => Headers["X-Amz-Target"]["AmazonSQS.".Length..];

    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    public JsonArray Entries => Json[nameof(Entries)]!.AsArray();
}

/// <summary>What the fake answers.</summary>
internal sealed record FakeSqsReply(int Status, string Body)
{
    public bool HangsUp { get; init; }

    public DateTimeOffset? Date { get; init; }

    /// <summary>The connection ends without an answer.</summary>
    public static FakeSqsReply HangUp { get; } = new(0, "") { HangsUp = true };

    /// <summary>What a working queue answers: limits, success for each entry, no messages.</summary>
    public static FakeSqsReply Success(FakeSqsRequest request) => request.Operation switch
    {
        SqsOperation.GetQueueAttributes => Json("""{"Attributes":{"MaximumMessageSize":"262144"}}"""),
        SqsOperation.SendMessageBatch or SqsOperation.DeleteMessageBatch =>
            Batch(request.Entries.Select(Stored)),
        _ => Json("{}"),
    };

    public static FakeSqsReply Json(string json) => new(200, json);

    public static FakeSqsReply Error(string code, int status = 400, string message = "refused") =>
        new(status, new JsonObject { ["__type"] = "com.amazonaws.sqs#" + code, ["message"] = message }.ToJsonString());

    /// <summary>An answer to a batch call: each outcome as of <see cref="Stored"/> or <see cref="Failed"/>.</summary>
    public static FakeSqsReply Batch(IEnumerable<JsonObject> outcomes)
    {
        var all = outcomes.ToList();
        return Json(new JsonObject
        {
            ["Successful"] = new JsonArray([.. all.Where(outcome => !outcome.ContainsKey("Code"))]),
            ["Failed"] = new JsonArray([.. all.Where(outcome => outcome.ContainsKey("Code"))]),
        }.ToJsonString());
    }

    public static JsonObject Stored(JsonNode? entry) => new()
    {
        ["Id"] = entry!["Id"]!.GetValue<string>(),
        ["MessageId"] = "m",
        ["MD5OfMessageBody"] = Md5((string?)entry["MessageBody"] ?? ""),
    };

    /// <summary>An answer to a receive: one message with this text.</summary>
    public static FakeSqsReply Message(string text) => Json(new JsonObject
    {
        ["Messages"] = new JsonArray(new JsonObject
        {
            ["MessageId"] = "m",
            ["ReceiptHandle"] = "r",
            [nameof(FakeSqsRequest.Body)] = text,
            ["MD5OfBody"] = Md5(text),
            ["Attributes"] = new JsonObject { ["SentTimestamp"] = "1764403200000", ["ApproximateReceiveCount"] = "1" },
        }),
    }.ToJsonString());

    /// <summary>The checksum that the service reports for a text.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "The service's protocol has it.")]
    public static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));

    public static JsonObject Failed(JsonNode? entry, string code, bool senderFault, string message = "refused") => new()
    {
        ["Id"] = entry!["Id"]!.GetValue<string>(),
        ["Code"] = code,
        ["SenderFault"] = senderFault,
        ["Message"] = message,
    };
}
