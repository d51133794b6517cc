using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orders.Http;

namespace Functions.Azure;

/// <summary>Serves functions that know no cloud over ASP.NET Core.</summary>
internal static class HttpFunctions
{
    /// <summary>Serves a function at the route that its function.json names.</summary>
    internal static void MapFunction(
        this IEndpointRouteBuilder app,
        string method,
        string route,
        Func<FunctionRequest, CancellationToken, Task<FunctionResponse>> function) =>
        app.MapMethods(route, [method], context => InvokeAsync(context, function));

    private static async Task InvokeAsync(
        HttpContext context, Func<FunctionRequest, CancellationToken, Task<FunctionResponse>> function)
    {
        using var body = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, 1024 * 1024));
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = new FunctionRequest(
            body.GetBuffer().AsMemory(0, (int)body.Length),
            context.Request.Headers.TraceParent)
        {
            TraceState = context.Request.Headers.TraceState,
        };

        var response = await function(request, context.RequestAborted);
        context.Response.StatusCode = response.Status;
        context.Response.ContentType = FunctionResponse.ContentType;
        foreach (var (name, value) in response.Headers())
            context.Response.Headers[name] = value;
        await context.Response.Body.WriteAsync(response.Body, context.RequestAborted);
    }
}
