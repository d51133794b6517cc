using Bridge.Hosting.Collector;
using Bridge.Hosting.Http;
using Bridge.Hosting.Metrics;
using Bridge.Hosting.Status;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bridge;

/// <summary>Puts the bridge together.</summary>
internal static class BridgeHost
{
    // Options are read once. Watching appsettings.json would wake the bridge for every file that changes in or under its working directory.
    private static readonly string[] NoWatching = ["--hostBuilder:reloadConfigOnChange=false"];

    /// <summary>The bridge with all its stages, not started.</summary>
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

        // Before the first instrument: they export what is recorded from now on.
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

    // Signals are the command line's: the host only starts and stops.
    private sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
