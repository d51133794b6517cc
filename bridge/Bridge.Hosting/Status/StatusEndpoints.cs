using Bridge.Hosting.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Hosting.Status;

/// <summary>Serves the status page at <c>/</c> and its figures below <c>/status</c>.</summary>
internal static class StatusEndpoints
{
    /// <summary>Registers the services of the page.</summary>
    /// <param name="services">The collection.</param>
    /// <param name="sources">Reads what the page shows of other projects.</param>
    public static IServiceCollection AddStatus(
        this IServiceCollection services, Func<IServiceProvider, StatusSources> sources) => services
        .AddSingleton(sources)
        .AddSingleton<StatusHtml>()
        .AddSingleton<Conditions>()
        .AddSingleton<StatusReport>()
        .AddSingleton<FlowHistory>()
        .AddHostedService(provider => provider.GetRequiredService<FlowHistory>());

    /// <summary>Serves the page under the host names of the options.</summary>
    public static void MapStatus(this WebApplication app, HttpOptions options)
    {
        var page = app.Services.GetRequiredService<StatusHtml>();
        var report = app.Services.GetRequiredService<StatusReport>();
        var history = app.Services.GetRequiredService<FlowHistory>();
        var sources = app.Services.GetRequiredService<StatusSources>();
        var hosts = new PageHosts(options);

        Map(app, "/", hosts, context => ShowAsync(context, page));
        MapFigures(app, "/status/now", hosts, _ => Task.FromResult<object>(report.Now()));
        MapFigures(app, "/status/history", hosts, _ => Task.FromResult<object>(history.Samples()));
        MapFigures(app, "/status/configuration", hosts, _ => Task.FromResult<object>(sources.Settings));
        MapFigures(app, "/status/dead", hosts, async context => await sources.ReadDeadLettersAsync(context.RequestAborted));
    }

    private static async Task ShowAsync(HttpContext context, StatusHtml page)
    {
        context.Response.Headers.ContentSecurityPolicy = page.Policy;
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.Body.WriteAsync(page.Html, context.RequestAborted);
    }

    private static void MapFigures(WebApplication app, string path, PageHosts hosts, Func<HttpContext, Task<object>> read) =>
        Map(app, path, hosts, async context =>
        {
            // A browser keeps the answer from another site's page; refusing the request also saves the work.
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
            "The status page is not served under this host name: open it by an IP address or localhost,"
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
