using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Telemetry.Lambda;

/// <summary>The Lambda Runtime API, version 2018-06-01: plain HTTP to the platform on this machine.</summary>
/// <param name="host">Host and port, as <c>AWS_LAMBDA_RUNTIME_API</c> names them.</param>
internal sealed class RuntimeApi(string host) : IDisposable
{
    // The platform freezes the instance while it waits for the next invocation: no time-out may end that.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        ActivityHeadersPropagator = null,
    })
    {
        BaseAddress = new Uri($"http://{host}/2018-06-01/runtime/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public void Dispose() => _http.Dispose();

    /// <summary>Waits for the next invocation, for as long as that takes.</summary>
    /// <exception cref="HttpRequestException">The platform refused or is gone: the process cannot go on.</exception>
    internal async Task<LambdaInvocation> GetNextAsync(CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync("invocation/next", cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        var headers = response.Headers;
        return new LambdaInvocation
        {
            RequestId = Find(headers, "Lambda-Runtime-Aws-Request-Id")
                ?? throw new HttpRequestException("an invocation came without the header Lambda-Runtime-Aws-Request-Id"),
            Deadline = long.TryParse(
                Find(headers, "Lambda-Runtime-Deadline-Ms"), CultureInfo.InvariantCulture, out var milliseconds)
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : DateTimeOffset.MaxValue,
            TraceId = Find(headers, "Lambda-Runtime-Trace-Id"),
            FunctionArn = Find(headers, "Lambda-Runtime-Invoked-Function-Arn"),
            Payload = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Answers an invocation.</summary>
    /// <returns>202 when the platform took the answer, 413 when it is too large.</returns>
    internal Task<HttpStatusCode> PostResponseAsync(string requestId, ReadOnlyMemory<byte> answer) =>
        PostAsync($"invocation/{requestId}/response", answer, errorType: null);

    /// <summary>Answers an invocation with an error.</summary>
    internal Task<HttpStatusCode> PostErrorAsync(string requestId, LambdaError error) =>
        PostAsync($"invocation/{requestId}/error", error.ToJson(), $"Function.{error.ErrorType}");

    /// <summary>Says that the function could not be initialised.</summary>
    internal Task<HttpStatusCode> PostInitErrorAsync(LambdaError error) =>
        PostAsync("init/error", error.ToJson(), $"Runtime.{error.ErrorType}");

    private async Task<HttpStatusCode> PostAsync(string path, ReadOnlyMemory<byte> body, string? errorType)
    {
        using var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        // A header takes nothing but ASCII; the body names the type in any case.
        if (errorType is not null && Ascii.IsValid(errorType))
            request.Headers.Add("Lambda-Runtime-Function-Error-Type", errorType);
        using var response = await _http.SendAsync(request).ConfigureAwait(false);
        // 500 says by contract that the instance is beyond use; the other refusals concern this one answer.
        if (response.StatusCode is HttpStatusCode.InternalServerError)
            response.EnsureSuccessStatusCode();
        return response.StatusCode;
    }

    private static string? Find(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
