using System.Net;
using Harness.Functions;

namespace Integration.Tests.Demo;

public sealed class LambdaRuntimeApiTests
{
    [Fact]
    public async Task A_runtime_that_waits_gets_the_invocation_and_its_answer_returns()
    {
        await using var api = new LambdaRuntimeApi();
        using var runtime = RuntimeOf(api);
        var next = runtime.GetAsync(new Uri("invocation/next", UriKind.Relative));
        var answer = api.InvokeAsync("{\"a\":1}", CancellationToken.None);
        using var invocation = await next;
        var id = invocation.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").Single();
        using var posted = await PostAsync(runtime, $"invocation/{id}/response", "done");

        Assert.Equal("{\"a\":1}", await invocation.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Accepted, posted.StatusCode);
        Assert.Equal("done", await answer);
    }

    [Fact]
    public async Task A_function_that_fails_fails_its_invocation()
    {
        await using var api = new LambdaRuntimeApi();
        using var runtime = RuntimeOf(api);
        var answer = api.InvokeAsync("{}", CancellationToken.None);
        using var invocation = await runtime.GetAsync(new Uri("invocation/next", UriKind.Relative));
        var id = invocation.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").Single();
        using var posted = await PostAsync(runtime, $"invocation/{id}/error", "out of stock");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => answer);
        Assert.Contains("out of stock", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runtime_that_cannot_start_fails_what_waits_for_it()
    {
        await using var api = new LambdaRuntimeApi();
        using var runtime = RuntimeOf(api);
        var answer = api.InvokeAsync("{}", CancellationToken.None);
        using var posted = await PostAsync(runtime, "init/error", "no queue configured");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => answer);
        Assert.Contains("no queue configured", error.Message, StringComparison.Ordinal);
    }

    private static HttpClient RuntimeOf(LambdaRuntimeApi api) =>
        new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{api.Address}/2018-06-01/runtime/") };

    private static Task<HttpResponseMessage> PostAsync(HttpClient runtime, string path, string body) =>
        runtime.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body));
}
