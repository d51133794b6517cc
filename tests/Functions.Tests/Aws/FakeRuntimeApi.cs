using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Functions.Tests.Aws;

/// <summary>What a function answered.</summary>
/// <param name="Kind"><c>response</c>, <c>error</c> or <c>init error</c>.</param>
/// <param name="Body">The document.</param>
/// <param name="ErrorType">Header <c>Lambda-Runtime-Function-Error-Type</c>.</param>
internal sealed record RuntimeAnswer(string Kind, string Body, string? ErrorType);

/// <summary>The Lambda Runtime API with the tests in the place of the platform.</summary>
internal sealed class FakeRuntimeApi : IAsyncDisposable
{
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly Channel<(string Id, byte[] Payload, TimeSpan Time)> _invocations =
        Channel.CreateUnbounded<(string, byte[], TimeSpan)>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<RuntimeAnswer>> _answers = new(StringComparer.Ordinal);
    private readonly Channel<int> _asked = Channel.CreateUnbounded<int>();
    private int _count;

    private FakeRuntimeApi()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.Logging.ClearProviders();
        _app = builder.Build();
        const string Root = "/2018-06-01/runtime";
        _app.MapGet($"{Root}/invocation/next", NextAsync);
        _app.MapPost($"{Root}/invocation/{{id}}/response", context => TakeAsync(context, "response"));
        _app.MapPost($"{Root}/invocation/{{id}}/error", context => TakeAsync(context, "error"));
        _app.MapPost($"{Root}/init/error", context => TakeAsync(context, "init error"));
    }

    /// <summary>Runs when the function answers or asks, before it gets on: sees the world as it is at that step.</summary>
    public Func<string, Task> AtStep { get; set; } = _ => Task.CompletedTask;

    /// <summary>Answers at most this long are taken.</summary>
    public int LargestAnswer { get; set; } = 6 * 1024 * 1024;

    public string Host => new Uri(_app.Urls.Single()).Authority;

    public static async Task<FakeRuntimeApi> StartAsync()
    {
        var api = new FakeRuntimeApi();
        await api._app.StartAsync();
        return api;
    }

    /// <summary>Hands an event to the function that asks next, and waits for its answer.</summary>
    public async Task<RuntimeAnswer> InvokeAsync(string payload, TimeSpan? time = null)
    {
        var id = $"request-{Interlocked.Increment(ref _count)}";
        await _invocations.Writer.WriteAsync((id, Encoding.UTF8.GetBytes(payload), time ?? TestTimeout));
        return await AnswerTo(id).WaitAsync(TestTimeout);
    }

    public Task<RuntimeAnswer> InitErrorAsync() => AnswerTo("init").WaitAsync(TestTimeout);

    /// <summary>Completes when the function has asked for an invocation once more.</summary>
    public async Task WaitForQuestionAsync()
    {
        using var bound = new CancellationTokenSource(TestTimeout);
        await _asked.Reader.ReadAsync(bound.Token);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task<RuntimeAnswer> AnswerTo(string id) => Answer(id).Task;

    private TaskCompletionSource<RuntimeAnswer> Answer(string id) =>
        _answers.GetOrAdd(id, _ => new TaskCompletionSource<RuntimeAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task NextAsync(HttpContext context)
    {
        await AtStep("next");
        await _asked.Writer.WriteAsync(0);
        try
        {
            var (id, payload, time) = await _invocations.Reader.ReadAsync(context.RequestAborted);
            var headers = context.Response.Headers;
            headers["Lambda-Runtime-Aws-Request-Id"] = id;
            headers["Lambda-Runtime-Deadline-Ms"] =
                (TimeProvider.System.GetUtcNow() + time).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            headers["Lambda-Runtime-Trace-Id"] = $"Root=1-5759e988-{id}";
            headers["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:us-east-1:000000000000:function:orders";
            await context.Response.Body.WriteAsync(payload);
        }
        catch (OperationCanceledException)
        {
            // The function stopped asking.
        }
    }

    private async Task TakeAsync(HttpContext context, string kind)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        if (kind is "response" && body.Length > LargestAnswer)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        await AtStep(kind);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await context.Response.CompleteAsync();
        var errorType = (string?)context.Request.Headers["Lambda-Runtime-Function-Error-Type"];
        Answer((string?)context.Request.RouteValues["id"] ?? "init").TrySetResult(new RuntimeAnswer(kind, body, errorType));
    }
}
