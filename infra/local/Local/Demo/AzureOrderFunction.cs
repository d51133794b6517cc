using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Local.Components;

namespace Local.Demo;

/// <summary>CreateOrder as an Azure custom handler: HTTP requests are forwarded to it as they are.</summary>
internal sealed class AzureOrderFunction : IOrderFunction
{
    private readonly ChildProcess _process;
    private readonly HttpClient _http = Loopback.NewHttpClient();
    private readonly Uri _orders;

    private AzureOrderFunction(ChildProcess process, int port)
    {
        _process = process;
        _orders = new Uri($"http://127.0.0.1:{port}/api/orders");
    }

    /// <summary>Starts the handler and waits until it listens.</summary>
    public static async Task<IOrderFunction> StartAsync(BridgeQueue queue, string service, CancellationToken cancellationToken)
    {
        var port = FreePort.Next();
        var process = await ChildProcess.StartAsync(new ChildProcessStart(BuiltProgram.Path("functions/Azure", "handler"))
        {
            Environment = queue.SenderEnvironment()
                .SetItem("FUNCTIONS_CUSTOMHANDLER_PORT", port.ToString(CultureInfo.InvariantCulture))
                .SetItem("TELEMETRY_SERVICE", service)
                .SetItem("TELEMETRY_RELEASE", "demo"),
        });
        var function = new AzureOrderFunction(process, port);
        try
        {
            await Loopback.WaitForPortAsync(port, process, TimeSpan.FromSeconds(30), cancellationToken);
            return function;
        }
        catch
        {
            await function.DisposeAsync();
            throw;
        }
    }

    public async Task<string> CreateAsync(string order, CancellationToken cancellationToken)
    {
        using var content = new StringContent(order, new MediaTypeHeaderValue("application/json"));
        using var response = await _http.PostAsync(_orders, content, cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"CreateOrder on Azure answered {(int)response.StatusCode}: {body}{_process.Tail()}");
        return (string?)JsonNode.Parse(body)?["orderId"]
            ?? throw new InvalidOperationException($"CreateOrder on Azure answered without an orderId: {body}");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
    }
}
