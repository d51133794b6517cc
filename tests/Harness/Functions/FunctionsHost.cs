using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using Harness.Components;
using Harness.Functions.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Harness.Functions;

/// <summary>
/// The side of Azure Functions that an isolated worker talks to: starts the worker, loads its functions, and invokes them. No
/// trigger fires by itself: the caller gives what the trigger would have found, and stores what a function returns.
/// </summary>
public sealed class FunctionsHost : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly WebApplication _server;
    private readonly WorkerStream _stream;
    private readonly HttpClient _http = Loopback.NewHttpClient();

    private FunctionsHost(WebApplication server, ChildProcess worker)
    {
        _server = server;
        _stream = server.Services.GetRequiredService<WorkerStream>();
        Worker = worker;
    }

    /// <summary>The worker's process.</summary>
    public ChildProcess Worker { get; }

    /// <summary>Where the worker takes HTTP requests; null where it takes none.</summary>
    public Uri? HttpAddress => _http.BaseAddress;

    /// <summary>What the worker says of its functions, by name.</summary>
    public ImmutableDictionary<string, RpcFunctionMetadata> Functions { get; private set; } =
        ImmutableDictionary<string, RpcFunctionMetadata>.Empty;

    /// <summary>Starts a worker; completes when all its functions are loaded.</summary>
    /// <param name="program">The worker's executable; its folder is the function app.</param>
    /// <param name="settings">The function app's settings.</param>
    /// <param name="cancellationToken">Ends the wait and the worker.</param>
    /// <exception cref="InvalidOperationException">The worker ended, or did not load a function in time.</exception>
    public static async Task<FunctionsHost> StartAsync(
        string program, ImmutableDictionary<string, string> settings, CancellationToken cancellationToken = default)
    {
        var server = Listener();
        await server.StartAsync(cancellationToken);
        var folder = Path.GetDirectoryName(program)!;
        var worker = await ChildProcess.StartAsync(new ChildProcessStart(program, Arguments(server.Urls.Single()))
        {
            WorkingDirectory = folder,
            Environment = settings.SetItem("FUNCTIONS_APPLICATION_DIRECTORY", folder),
        });
        var host = new FunctionsHost(server, worker);
        try
        {
            await host.LoadAsync(folder, cancellationToken).WaitAsync(StartTimeout, TimeProvider.System, cancellationToken);
            return host;
        }
        catch (Exception error)
        {
            await host.DisposeAsync();
            throw new InvalidOperationException($"{worker.Name} did not load its functions:{worker.Tail()}", error);
        }
    }

    /// <summary>Invokes a function; completes when the invocation has ended, its flush included.</summary>
    /// <exception cref="IOException">The worker ended first.</exception>
    public async Task<InvocationResponse> InvokeAsync(FunctionCall call)
    {
        var function = Functions[call.Function];
        var request = new InvocationRequest
        {
            InvocationId = call.Id,
            FunctionId = function.FunctionId,
            TraceContext = new RpcTraceContext { TraceParent = call.TraceParent },
        };
        request.InputData.Add(new ParameterBinding { Name = TriggerOf(function), Data = call.Input });
        foreach (var (name, value) in call.Metadata)
            request.TriggerMetadata.Add(name, value);
        return (
            await _stream.AskAsync(new StreamingMessage { RequestId = call.Id, InvocationRequest = request })).InvocationResponse;
    }

    /// <summary>
    /// Posts JSON to a function; completes when the caller has the answer, which may be before the invocation has ended.
    /// </summary>
    /// <param name="function">The function's name.</param>
    /// <param name="path">Its path, such as <c>api/orders</c>.</param>
    /// <param name="json">The body.</param>
    /// <param name="traceParent">The caller's trace; empty for none.</param>
    /// <param name="cancellationToken">The caller hangs up.</param>
    public async Task<HttpCall> PostAsync(
        string function, string path, string json, string traceParent = "", CancellationToken cancellationToken = default)
    {
        var call = new FunctionCall(function, new TypedData { Http = new RpcHttp() }) { TraceParent = traceParent };
        using var content = new StringContent(json, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.Add("x-ms-invocation-id", call.Id);
        if (traceParent.Length > 0)
            request.Headers.Add("traceparent", traceParent);
        var invocation = InvokeAsync(call);
        return new HttpCall(call.Id, await _http.SendAsync(request, cancellationToken), invocation);
    }

    /// <summary>Asks the worker to cancel an invocation.</summary>
    public void Cancel(FunctionCall call) =>
        _stream.Send(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = call.Id } });

    /// <summary>Tells the worker to end, whatever it does.</summary>
    public void Terminate() => _stream.Send(new StreamingMessage { WorkerTerminate = new WorkerTerminate() });

    /// <summary>Ends as a host that died: the stream breaks off, the worker is told nothing.</summary>
    public async Task AbortAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _server.StopAsync(now.Token);
    }

    /// <summary>Ends the worker and the host. A worker outlives its host, so it is ended first.</summary>
    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await _server.DisposeAsync();
        _http.Dispose();
    }

    // HTTP/2 alone: without TLS a worker does not ask for it.
    private static WebApplication Listener()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, port: 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton<WorkerStream>().AddGrpc();
        var server = builder.Build();
        server.MapGrpcService<WorkerStream>();
        return server;
    }

    // Each twice: workers read either the old names or the new ones.
    private static string[] Arguments(string address)
    {
        var (worker, request, bytes) = ($"{Guid.NewGuid()}", $"{Guid.NewGuid()}", $"{int.MaxValue}");
        return
        [
            "--host", "127.0.0.1", "--port", $"{new Uri(address).Port}",
            "--workerId", worker, "--requestId", request, "--grpcMaxMessageLength", bytes,
            "--functions-uri", address, "--functions-worker-id", worker, "--functions-request-id", request,
            "--functions-grpc-max-message-length", bytes,
        ];
    }

    private async Task LoadAsync(string folder, CancellationToken cancellationToken)
    {
        await OpenedAsync();
        var start = await AskAsync(
            new StreamingMessage { WorkerInitRequest = new WorkerInitRequest { HostVersion = "4.0.0.0" } });
        Require(start.WorkerInitResponse.Result);
        var metadata = await AskAsync(
            new StreamingMessage { FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = folder } });
        Require(metadata.FunctionMetadataResponse.Result);
        Functions = metadata.FunctionMetadataResponse.FunctionMetadataResults
            .ToImmutableDictionary(function => function.Name, StringComparer.Ordinal);
        foreach (var function in Functions.Values)
        {
            var request = new FunctionLoadRequest { FunctionId = function.FunctionId, Metadata = function };
            Require((await AskAsync(new StreamingMessage { FunctionLoadRequest = request })).FunctionLoadResponse.Result);
        }

        // The worker answers all of this before it takes HTTP requests.
        if (start.WorkerInitResponse.Capabilities.TryGetValue("HttpUri", out var http))
        {
            _http.BaseAddress = new Uri(http);
            await Loopback.WaitForPortAsync(_http.BaseAddress.Port, Worker, StartTimeout, cancellationToken);
        }
    }

    private async Task OpenedAsync()
    {
        using var opened = new CancellationTokenSource();
        var ended = Worker.WaitForExitAsync(StartTimeout, opened.Token);
        if (await Task.WhenAny(_stream.Opened, ended) == ended)
            throw new InvalidOperationException($"the worker ended with {await ended}");
        await opened.CancelAsync();
    }

    private Task<StreamingMessage> AskAsync(StreamingMessage question)
    {
        question.RequestId = $"{Guid.NewGuid()}";
        return _stream.AskAsync(question);
    }

    private static void Require(StatusResult result)
    {
        if (result.Status is not StatusResult.Types.Status.Success)
            throw new InvalidOperationException($"the worker answered {result.Status}: {result.Exception?.Message}");
    }

    private static string TriggerOf(RpcFunctionMetadata function) => function.RawBindings
        .Select(binding => JsonNode.Parse(binding)!)
        .Single(
            binding =>
                ((string)binding["type"]!).EndsWith("Trigger", StringComparison.OrdinalIgnoreCase))["name"]!.GetValue<string>();
}
