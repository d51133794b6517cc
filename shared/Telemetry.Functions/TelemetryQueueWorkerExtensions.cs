using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Telemetry;
using Telemetry.Functions;

// The worker's own methods are in this namespace.
namespace Microsoft.Extensions.Hosting;

/// <summary>Adds TelemetryQueue to an Azure Functions worker.</summary>
public static class TelemetryQueueWorkerExtensions
{
    /// <summary>
    /// Gives each invocation its trace and its <c>requestId</c>, and flushes its events when it ends. When the worker ends, the
    /// remaining events are flushed. A flush takes at most <c>TELEMETRY_FLUSH_BUDGET_MS</c> (500) and never fails an invocation.
    /// </summary>
    /// <param name="builder">
    /// The worker. Call this before <c>ConfigureFunctionsWebApplication()</c>: then a caller has the HTTP answer before the flush
    /// begins. With the worker's own <c>HttpRequestData</c> the caller waits for the flush.
    /// </param>
    public static IFunctionsWorkerApplicationBuilder UseTelemetryQueue(this IFunctionsWorkerApplicationBuilder builder)
    {
        TelemetryQueue.Prepare();
        builder.Services.AddHostedService<FlushAtExit>();
        return builder.UseMiddleware<TelemetryQueueMiddleware>();
    }
}
