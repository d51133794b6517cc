using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Functions.Azure.Hosting;

/// <summary>
/// Serves functions that are not plain HTTP: the Functions host posts <c>{"Data":{...},"Metadata":{...}}</c> to
/// <c>/{FunctionName}</c> and takes outputs from the answer.
/// </summary>
public static class Triggers
{
    /// <summary>Serves a function.</summary>
    /// <param name="app">The application.</param>
    /// <param name="functionName">The folder that holds its <c>function.json</c>.</param>
    /// <param name="function">Does the work; what it throws fails the invocation, and a queue's message comes again.</param>
    public static void MapTrigger(
        this IEndpointRouteBuilder app,
        string functionName,
        Func<TriggerRequest, CancellationToken, Task<TriggerResponse>> function) =>
        app.MapPost($"/{functionName}", context => InvokeAsync(context, functionName, function));

    private static async Task InvokeAsync(
        HttpContext context, string name, Func<TriggerRequest, CancellationToken, Task<TriggerResponse>> function)
    {
        try
        {
            // The host sends it in chunks, without a length.
            using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            var response = await function(
                new TriggerRequest(body.RootElement, context.Request.Headers.TraceParent), context.RequestAborted);
            context.Response.ContentType = "application/json";
            // Never an empty body: the host would wait for one.
            await context.Response.Body.WriteAsync(response.ToJson(), context.RequestAborted);
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"{name} failed: {e}");
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsync($"{name} failed: {e.GetType().Name}", context.RequestAborted);
        }
    }
}
