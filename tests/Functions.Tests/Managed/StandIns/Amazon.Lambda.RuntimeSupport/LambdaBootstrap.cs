using System.Globalization;
using Amazon.Lambda.Core;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>
/// Takes the steps of the genuine loop in their order: asks, calls the handler, answers, disposes the answer's stream.
/// </summary>
public sealed class LambdaBootstrap : IDisposable
{
    private readonly Func<Stream, ILambdaContext, Task<Stream>> _handler;
    private readonly HttpClient _http = new()
    {
        BaseAddress = new Uri($"http://{Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API")}/2018-06-01/runtime/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    internal LambdaBootstrap(Func<Stream, ILambdaContext, Task<Stream>> handler) => _handler = handler;

    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        while (!cancellationToken.IsCancellationRequested)
            await InvokeOnceAsync(cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task InvokeOnceAsync(CancellationToken cancellationToken)
    {
        using var invocation = await _http.GetAsync("invocation/next", cancellationToken);
        var id = invocation.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").Single();
        var deadline = long.Parse(
            invocation.Headers.GetValues("Lambda-Runtime-Deadline-Ms").Single(), CultureInfo.InvariantCulture);
        Stream answer;
        try
        {
            var payload = await invocation.Content.ReadAsStreamAsync(cancellationToken);
            answer = await _handler(payload, new LambdaContext(id, DateTimeOffset.FromUnixTimeMilliseconds(deadline)));
        }
        catch (Exception e)
        {
            await PostAsync($"invocation/{id}/error", new StringContent($"{{\"errorType\":\"{e.GetType().Name}\"}}"));
            return;
        }

        try
        {
            await PostAsync($"invocation/{id}/response", new StreamContent(answer));
        }
        finally
        {
            answer.Dispose();
        }
    }

    private async Task PostAsync(string path, HttpContent content)
    {
        using var response = await _http.PostAsync(path, content);
        response.EnsureSuccessStatusCode();
    }

    private sealed class LambdaContext(string requestId, DateTimeOffset deadline) : ILambdaContext
    {
        public string AwsRequestId => requestId;

        public TimeSpan RemainingTime => deadline - DateTimeOffset.UtcNow;
    }
}
