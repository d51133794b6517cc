using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Telemetry;

namespace Functions.Azure.Hosting;

/// <summary>
/// Names the invocation in all that it sends, and sends that before the response is handed over: the platform may stop the instance
/// right after.
/// </summary>
public static class TelemetryFlush
{
    private const string InvocationId = "X-Azure-Functions-InvocationId";

    /// <summary>
    /// Adds the flush around all that is added after it. The response is held in memory until the flush has ended, which
    /// takes at most <c>TELEMETRY_FLUSH_BUDGET_MS</c> (500); a failing flush changes nothing about the response.
    /// </summary>
    public static IApplicationBuilder UseTelemetryFlush(this IApplicationBuilder app) => app.Use(InvokeAsync);

    private static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        TelemetryContext.RequestId = context.Request.Headers[InvocationId] is [{ Length: > 0 } id] ? id : null;
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var bytes = new MemoryStream();
        // Made without the feature that it stands for: nothing that the function does starts the response.
        var held = new StreamResponseBodyFeature(bytes);
        context.Features.Set<IHttpResponseBodyFeature>(held);
        try
        {
            await next(context);
            await held.CompleteAsync();
        }
        finally
        {
            context.Features.Set(body);
            await TelemetryQueue.FlushInvocationAsync();
        }

        if (bytes.Length == 0)
            return;
        context.Response.ContentLength ??= bytes.Length;
        await body.Stream.WriteAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), context.RequestAborted);
    }
}
