using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Harness.Components;
using Harness.Functions;

namespace Integration.Tests.EndToEnd;

/// <summary>CreateOrder in a cloud's host, invoked with a trace of the caller's own.</summary>
internal abstract class OrderFunction : IAsyncDisposable
{
    /// <summary>The host's processes: one on Azure, several instances on Lambda, which takes one invocation at a time.</summary>
    protected List<ChildProcess> Processes { get; } = [];

    /// <summary>Starts the function for a queue.</summary>
    /// <param name="queue">The queue that telemetry goes to.</param>
    /// <param name="bufferBytes">What each process keeps of it while that fails.</param>
    public static async Task<OrderFunction> StartAsync(BridgeQueue queue, int bufferBytes = 32 * 1024 * 1024)
    {
        var environment = queue.SenderEnvironment()
            .SetItem("TELEMETRY_SERVICE", "orders")
            .SetItem("TELEMETRY_BUFFER_BYTES", bufferBytes.ToString(CultureInfo.InvariantCulture))
            // The last flush, when the process is told to end, must get through the faults too.
            .SetItem("TELEMETRY_FLUSH_BUDGET_MS", "5000");
        return queue.Kind is "azure" ? await OnAzure.StartAsync(environment) : await OnLambda.StartAsync(environment);
    }

    /// <summary>Creates an order.</summary>
    /// <returns>The status, and the span that answered.</returns>
    public abstract Task<(int Status, string Trace)> CreateAsync(string order, string traceParent);

    /// <summary>Tells the host to end, as platforms do.</summary>
    /// <returns>What the processes wrote.</returns>
    public async Task<IReadOnlyList<string>> StopAsync()
    {
        foreach (var process in Processes)
            Assert.Equal(0, await process.TerminateAsync(TimeSpan.FromSeconds(30)));
        return [.. Processes.SelectMany(process => process.Lines)];
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var process in Processes)
            await process.DisposeAsync();
    }

    private sealed class OnAzure(FunctionsHost host) : OrderFunction
    {
        public static async Task<OrderFunction> StartAsync(ImmutableDictionary<string, string> environment)
        {
            var host = await FunctionsHost.StartAsync(BuiltProgram.Path("functions/Azure", "order-functions"), environment);
            var function = new OnAzure(host);
            function.Processes.Add(host.Worker);
            return function;
        }

        public override async Task<(int Status, string Trace)> CreateAsync(string order, string traceParent)
        {
            using var call = await host.PostAsync("CreateOrder", "api/orders", order, traceParent);
            return ((int)call.Response.StatusCode, call.Response.Headers.GetValues("traceresponse").Single());
        }

        public override async ValueTask DisposeAsync()
        {
            // The host ends its worker itself.
            Processes.Clear();
            await base.DisposeAsync();
            await host.DisposeAsync();
        }
    }

    private sealed class OnLambda : OrderFunction
    {
        private const int Instances = 8;

        private readonly LambdaRuntimeApi _api = new();

        public static async Task<OrderFunction> StartAsync(ImmutableDictionary<string, string> environment)
        {
            var function = new OnLambda();
            for (var i = 0; i < Instances; i++)
            {
                function.Processes.Add(await ChildProcess.StartAsync(new ChildProcessStart(
                    BuiltProgram.Path("functions/Aws", "bootstrap"))
                {
                    Environment = environment.SetItem("AWS_LAMBDA_RUNTIME_API", function._api.Address),
                }));
            }

            return function;
        }

        public override async Task<(int Status, string Trace)> CreateAsync(string order, string traceParent)
        {
            var payload = new JsonObject
            {
                ["version"] = "2.0",
                ["headers"] = new JsonObject { ["traceparent"] = traceParent },
                ["requestContext"] =
                    new JsonObject { ["http"] = new JsonObject { ["method"] = "POST", ["path"] = "/api/orders" } },
                ["body"] = order,
            };
            var answer = JsonNode.Parse(await _api.InvokeAsync(payload.ToJsonString(), CancellationToken.None))!;
            return ((int)answer["statusCode"]!, (string)answer["headers"]!["traceresponse"]!);
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await _api.DisposeAsync();
        }
    }
}
