using System.Text.Json.Nodes;
using Harness.Components;
using Harness.Functions;

namespace Local.Demo;

/// <summary>CreateOrder in the isolated worker of Azure Functions, with this program in the place of the host.</summary>
internal sealed class AzureOrderFunction : IOrderFunction
{
    private readonly FunctionsHost _host;

    private AzureOrderFunction(FunctionsHost host) => _host = host;

    /// <summary>Starts the worker and waits until its functions are loaded.</summary>
    public static async Task<IOrderFunction> StartAsync(BridgeQueue queue, string service, CancellationToken cancellationToken)
    {
        var settings = queue.SenderEnvironment().SetItem("TELEMETRY_SERVICE", service).SetItem("TELEMETRY_RELEASE", "demo");
        return new AzureOrderFunction(
            await FunctionsHost.StartAsync(BuiltProgram.Path("functions/Azure", "order-functions"), settings, cancellationToken));
    }

    public async Task<string> CreateAsync(string order, CancellationToken cancellationToken)
    {
        using var call = await _host.PostAsync("CreateOrder", "api/orders", order, cancellationToken: cancellationToken);
        var body = await call.Response.Content.ReadAsStringAsync(cancellationToken);
        if (!call.Response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                $"CreateOrder on Azure answered {(int)call.Response.StatusCode}: {body}{_host.Worker.Tail()}");
        }

        return (string?)JsonNode.Parse(body)?["orderId"]
            ?? throw new InvalidOperationException($"CreateOrder on Azure answered without an orderId: {body}");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
