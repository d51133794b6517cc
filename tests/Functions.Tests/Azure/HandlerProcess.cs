using System.Collections.Immutable;
using System.Text;
using Local.Components;

namespace Functions.Tests.Azure;

/// <summary>The built custom handler as a child process, with this test in the place of the Functions host.</summary>
internal sealed class HandlerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    private HandlerProcess(ChildProcess process, int port)
    {
        _process = process;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = Patience };
    }

    public ChildProcess Process => _process;

    /// <summary>Starts it and polls <c>GET /</c> until anything answers, as the Functions host does.</summary>
    /// <param name="environment">What the function app's settings say.</param>
    /// <param name="program">Another executable than this repository's.</param>
    public static async Task<HandlerProcess> StartAsync(ImmutableDictionary<string, string> environment, string? program = null)
    {
        var port = FreePort.Next();
        program ??= BuiltProgram.Path("functions/Azure", "handler");
        var process = await ChildProcess.StartAsync(new ChildProcessStart(program)
        {
            WorkingDirectory = Path.GetDirectoryName(program)!,
            Environment = environment.SetItem("FUNCTIONS_CUSTOMHANDLER_PORT", $"{port}"),
        });
        var handler = new HandlerProcess(process, port);
        using var bound = new CancellationTokenSource(Patience);
        while (!await handler.AnswersAsync(bound.Token))
        {
            Assert.False(process.HasExited, process.Tail());
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, bound.Token);
        }

        return handler;
    }

    /// <summary>What the Functions host calls each invocation here.</summary>
    public const string Invocation = "4d7fd4a2-6a4f-4f0e-9d0a-5f2f3b0c9b11";

    public Task<HttpResponseMessage> PostOrderAsync(string body) => PostAsync("api/orders", body);

    /// <summary>Posts a body; chunked, as the Functions host does, or with its length.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, string body, bool isChunked = false)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.TransferEncodingChunked = isChunked;
        request.Headers.Add("traceparent", Support.Traces.Parent);
        request.Headers.Add("X-Azure-Functions-InvocationId", Invocation);
        return await _http.SendAsync(request);
    }

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(path);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync("", cancellationToken);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
