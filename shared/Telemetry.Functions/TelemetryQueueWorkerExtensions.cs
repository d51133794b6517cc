using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Telemetry;
using Telemetry.Functions;

// The namespace of the worker's own methods.
namespace Microsoft.Extensions.Hosting;

/// <summary>Adds TelemetryQueue to an Azure Functions worker.</summary>
public static class TelemetryQueueWorkerExtensions
{
    /// <summary>
    /// Each invocation gets its trace and its <c>requestId</c>, and what it sent is flushed at its end; what is left is flushed when
    /// the worker ends. A flush takes at most <c>TELEMETRY_FLUSH_BUDGET_MS</c> (500) and never fails an invocation.
    /// </summary>
    /// <param name="builder">
    /// The worker. Call this before <c>ConfigureFunctionsWebApplication()</c>: then a caller has the HTTP answer before the flush begins.
    /// With the worker's own <c>HttpRequestData</c> the caller waits for the flush.
    /// </param>
    public static IFunctionsWorkerApplicationBuilder UseTelemetryQueue(this IFunctionsWorkerApplicationBuilder builder)
    {
        TelemetryQueue.Prepare();
        builder.Services.AddHostedService<FlushAtExit>();
        return builder.UseMiddleware<TelemetryQueueMiddleware>();
    }
}
