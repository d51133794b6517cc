using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Harness.Components;

namespace Harness.Functions;

/// <summary>
/// The side of Lambda that a function's process talks to (Runtime API 2018-06-01): it asks for the next invocation and posts the
/// answer.
/// </summary>
internal sealed class LambdaRuntimeApi : IAsyncDisposable
{
    private const string Prefix = "/2018-06-01/runtime";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HttpListener _listener = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<Invocation> _waiting = Channel.CreateUnbounded<Invocation>();
    private readonly ConcurrentDictionary<string, Invocation> _running = new(StringComparer.Ordinal);
    private readonly Task _accepting;

    public LambdaRuntimeApi()
    {
        Address = $"127.0.0.1:{FreePort.Next()}";
        _listener.Prefixes.Add($"http://{Address}/");
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What the function's process gets as <c>AWS_LAMBDA_RUNTIME_API</c>.</summary>
    public string Address { get; }

    /// <summary>Invokes the function and waits for what it answers.</summary>
    /// <exception cref="InvalidOperationException">It answered with an error.</exception>
    /// <exception cref="TimeoutException">It did not answer within 30 s.</exception>
    public async Task<string> InvokeAsync(string payload, CancellationToken cancellationToken)
    {
        var invocation = new Invocation(Guid.NewGuid().ToString(), payload);
        _running[invocation.Id] = invocation;
        _waiting.Writer.TryWrite(invocation);
        return await invocation.Answer.Task.WaitAsync(Deadline, TimeProvider.System, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Close();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var path = context.Request.Url!.AbsolutePath;
            if (path == $"{Prefix}/invocation/next")
                await AnswerNextAsync(context.Response);
            else
                await AnswerPostAsync(path, context);
            context.Response.Close();
        }
        catch (Exception error) when (
            error is OperationCanceledException or HttpListenerException or ObjectDisposedException or IOException)
        {
            // The function's process or the demo ended in between.
        }
    }

    private async Task AnswerNextAsync(HttpListenerResponse response)
    {
        var invocation = await _waiting.Reader.ReadAsync(_stopping.Token);
        var deadline = TimeProvider.System.GetUtcNow() + Deadline;
        response.Headers["Lambda-Runtime-Aws-Request-Id"] = invocation.Id;
        response.Headers["Lambda-Runtime-Deadline-Ms"] = $"{deadline.ToUnixTimeMilliseconds()}";
        response.Headers["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:us-east-1:000000000000:function:CreateOrder";
        response.Headers["Lambda-Runtime-Trace-Id"] = invocation.TraceId;
        response.ContentType = "application/json";
        await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(invocation.Payload), _stopping.Token);
    }

    private async Task AnswerPostAsync(string path, HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(_stopping.Token);
        context.Response.StatusCode = (int)HttpStatusCode.Accepted;
        if (path == $"{Prefix}/init/error")
            FailAll($"the function did not start: {body}");
        else if (path.Split('/') is [.., var id, "response"] && _running.TryRemove(id, out var answered))
            answered.Answer.TrySetResult(body);
        else if (path.Split('/') is [.., var failedId, "error"] && _running.TryRemove(failedId, out var failed))
            failed.Answer.TrySetException(new InvalidOperationException($"the function failed: {body}"));
        else
            context.Response.StatusCode = (int)HttpStatusCode.NotFound;
    }

    private void FailAll(string reason)
    {
        foreach (var (id, invocation) in _running)
        {
            if (_running.TryRemove(id, out _))
                invocation.Answer.TrySetException(new InvalidOperationException(reason));
        }
    }

    private sealed record Invocation(string Id, string Payload)
    {
        public TaskCompletionSource<string> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string TraceId { get; } =
            $"Root=1-{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds():x8}-{Random.Shared.GetHexString(24, lowercase: true)};"
            + $"Parent={Random.Shared.GetHexString(16, lowercase: true)};Sampled=1";
    }
}
