using Bridge.Diagnostics;
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
        var options = app.Services.GetRequiredService<BridgeOptions>();
        var settings = ConfigurationView.Of(options);
        var hosts = new PageHosts(options.Http);

        Map(app, "/", hosts, context => ShowAsync(context, page));
        MapFigures(app, "/status/now", hosts, _ => Task.FromResult<object>(report.Now()));
        MapFigures(app, "/status/history", hosts, _ => Task.FromResult<object>(history.Samples()));
        MapFigures(app, "/status/configuration", hosts, _ => Task.FromResult<object>(settings));
        MapFigures(app, "/status/dead", hosts, async context => await letters.ReadAsync(context.RequestAborted));
    }

    private static async Task ShowAsync(HttpContext context, StatusPage page)
    {
        context.Response.Headers.ContentSecurityPolicy = page.Policy;
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.Body.WriteAsync(page.Html, context.RequestAborted);
    }

    private static void MapFigures(WebApplication app, string path, PageHosts hosts, Func<HttpContext, Task<object>> read) =>
        Map(app, path, hosts, async context =>
        {
            // Another site's page cannot read the answer; refusing it also saves the work.
            if (context.Request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
            else
                await context.Response.WriteAsJsonAsync(await read(context), context.RequestAborted);
        });

    private static void Map(
        WebApplication app, string path, PageHosts hosts, RequestDelegate answer) => app.MapGet(path, context =>
    {
        Protect(context);
        return hosts.Contain(context.Request.Host) ? answer(context) : RefuseAsync(context);
    });

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(
            "The status page is not served by this host name: open it by an IP address or localhost,"
            + $" or add the name to {HttpOptions.Section}:AllowedHosts.\n",
            context.RequestAborted);
    }

    private static void Protect(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
