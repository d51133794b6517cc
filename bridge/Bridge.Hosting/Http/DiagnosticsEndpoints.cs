using Bridge.Core.Running;
using Bridge.Hosting.Collector;
using Bridge.Hosting.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Hosting.Http;

/// <summary>Serves <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>.</summary>
internal static class DiagnosticsEndpoints
{
    public static IServiceCollection AddDiagnostics(this IServiceCollection services, OtlpOptions collector) => services
        .AddSingleton<MetricsExporter>()
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<OtlpExport>(provider, collector))
        .AddSingleton<Readiness>();

    public static void MapDiagnostics(this WebApplication app)
    {
        var stages = app.Services.GetRequiredService<Stages>();
        var readiness = app.Services.GetRequiredService<Readiness>();
        var exporter = app.Services.GetRequiredService<MetricsExporter>();

        app.MapGet("/healthz", context => AnswerAsync(context, stages.DeadProblem));
        app.MapGet("/readyz", context => AnswerAsync(context, readiness.Problem));
        app.MapGet("/metrics", context =>
        {
            context.Response.ContentType = MetricsExporter.ContentType;
            return context.Response.WriteAsync(exporter.Export(), context.RequestAborted);
        });
    }

    private static Task AnswerAsync(HttpContext context, string? problem)
    {
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync($"{problem ?? "ok"}\n", context.RequestAborted);
    }
}
