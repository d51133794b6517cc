using System.Text.Json.Nodes;
using Harness.Components;
using Harness.Functions;

namespace Local.Demo;

/// <summary>CreateOrder as a Lambda custom runtime, invoked as an API Gateway HTTP API does it (payload format 2.0).</summary>
internal sealed class LambdaOrderFunction : IOrderFunction
{
    private readonly LambdaRuntimeApi _api;
    private readonly ChildProcess _process;

    private LambdaOrderFunction(LambdaRuntimeApi api, ChildProcess process)
    {
        _api = api;
        _process = process;
    }

    /// <summary>Starts the runtime; it asks for its first invocation by itself.</summary>
    public static async Task<IOrderFunction> StartAsync(BridgeQueue queue, string service)
    {
        var api = new LambdaRuntimeApi();
        try
        {
            var process = await ChildProcess.StartAsync(new ChildProcessStart(BuiltProgram.Path("functions/Aws", "bootstrap"))
            {
                Environment = queue.SenderEnvironment()
                    .SetItem("AWS_LAMBDA_RUNTIME_API", api.Address)
                    .SetItem("AWS_LAMBDA_FUNCTION_NAME", "CreateOrder")
                    .SetItem("_HANDLER", "CreateOrder")
                    .SetItem("TELEMETRY_SERVICE", service)
                    .SetItem("TELEMETRY_RELEASE", "demo"),
            });
            return new LambdaOrderFunction(api, process);
        }
        catch
        {
            await api.DisposeAsync();
            throw;
        }
    }

    public async Task<string> CreateAsync(string order, CancellationToken cancellationToken)
    {
        try
        {
            return OrderId(await _api.InvokeAsync(Payload(order), cancellationToken));
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"CreateOrder on Lambda did not answer:{_process.Tail()}", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _api.DisposeAsync();
    }

    private static string Payload(string order) => new JsonObject
    {
        ["version"] = "2.0",
        ["routeKey"] = "POST /api/orders",
        ["rawPath"] = "/api/orders",
        ["rawQueryString"] = "",
        ["headers"] = new JsonObject { ["content-type"] = "application/json" },
        ["requestContext"] = new JsonObject
        {
            ["requestId"] = Guid.NewGuid().ToString(),
            ["http"] = new JsonObject { ["method"] = "POST", ["path"] = "/api/orders" },
        },
        ["body"] = order,
        ["isBase64Encoded"] = false,
    }.ToJsonString();

    private static string OrderId(string answer)
    {
        var response = JsonNode.Parse(answer);
        if ((int?)response?["statusCode"] is 201
            && (string?)JsonNode.Parse((string?)response["body"] ?? "{}")?["orderId"] is { } id)
        {
            return id;
        }

        throw new InvalidOperationException($"CreateOrder on Lambda answered without an orderId: {answer}");
    }
}
