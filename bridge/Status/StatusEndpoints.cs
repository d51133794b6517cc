using Bridge.Publish;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Status;

/// <summary>Serves the status page at <c>/</c> and its figures below <c>/status</c>.</summary>
internal static class StatusEndpoints
{
    public static IServiceCollection AddStatus(this IServiceCollection services, BridgeOptions options)
    {
        if (!options.Http.StatusPage)
            return services;
        return services
            .AddSingleton<StatusPage>()
            .AddSingleton<Conditions>()
            .AddSingleton<StatusReport>()
            .AddSingleton(provider => new DeadLetterView(options.RabbitMq, options.Http.ShowPayloads, provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<FlowHistory>()
            .AddSingleton<BrokerWatch>()
            .AddHostedService(provider => provider.GetRequiredService<FlowHistory>())
            .AddHostedService(provider => provider.GetRequiredService<BrokerWatch>());
    }

    public static void MapStatus(this WebApplication app)
    {
        var page = app.Services.GetRequiredService<StatusPage>();
        var report = app.Services.GetRequiredService<StatusReport>();
        var history = app.Services.GetRequiredService<FlowHistory>();
        var letters = app.Services.GetRequiredService<DeadLetterView>();
        var settings = ConfigurationView.Of(app.Services.GetRequiredService<BridgeOptions>());

        app.MapGet("/", context => ShowAsync(context, page));
        MapFigures(app, "/status/now", _ => Task.FromResult<object>(report.Now()));
        MapFigures(app, "/status/history", _ => Task.FromResult<object>(history.Samples()));
        MapFigures(app, "/status/configuration", _ => Task.FromResult<object>(settings));
        MapFigures(app, "/status/dead", async context => await letters.ReadAsync(context.RequestAborted));
    }

    private static async Task ShowAsync(HttpContext context, StatusPage page)
    {
        Protect(context);
        context.Response.Headers.ContentSecurityPolicy = page.Policy;
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.Body.WriteAsync(page.Html, context.RequestAborted);
    }

    private static void MapFigures(WebApplication app, string path, Func<HttpContext, Task<object>> read) => app.MapGet(path, async context =>
    {
        Protect(context);

        // Another site's page cannot read the answer, but need not even cause the work.
        if (context.Request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
        else
            await context.Response.WriteAsJsonAsync(await read(context), context.RequestAborted);
    });

    private static void Protect(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
