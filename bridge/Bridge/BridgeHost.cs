using Bridge.Hosting.Collector;
using Bridge.Hosting.Http;
using Bridge.Hosting.Metrics;
using Bridge.Hosting.Status;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bridge;

/// <summary>Builds the bridge.</summary>
internal static class BridgeHost
{
    // Options are read once. A watch of appsettings.json would only wake the bridge for every changed file in its working
    // directory.
    private static readonly string[] NoWatching = ["--hostBuilder:reloadConfigOnChange=false"];

    /// <summary>Builds the bridge with all its stages and does not start it.</summary>
    public static WebApplication Build(BridgeOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = NoWatching });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.AddBridgeLogging();
        builder.Services
            .AddBridge(options)
            .AddSingleton<IHostLifetime, CommandLifetime>()
            .AddDiagnostics(options.Otlp);
        if (options.Http.StatusPage)
            builder.Services.AddStatusPage(options);

        var app = builder.Build();

        // Both export only what is measured after their construction, so they are created before the first instrument.
        app.Services.GetRequiredService<MetricsExporter>();
        if (options.Otlp.IsOn)
            app.Services.GetRequiredService<OtlpExport>();
        app.Services.ObserveState();
        app.MapDiagnostics();
        if (options.Http.StatusPage)
            app.MapStatus(options.Http);
        app.Urls.Add(options.Http.Url);
        return app;
    }

    // The command line handles signals, so the host's lifetime handles none.
    private sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
