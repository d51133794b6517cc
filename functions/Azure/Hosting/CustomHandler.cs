using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Telemetry;

namespace Functions.Azure.Hosting;

/// <summary>
/// An Azure Functions custom handler: the Functions host starts this process, waits until <c>GET /</c> answers anything,
/// forwards HTTP requests as they are, and posts all else to the function's name.
/// </summary>
public static class CustomHandler
{
    private const string PortName = "FUNCTIONS_CUSTOMHANDLER_PORT";

    /// <summary>An application that listens where the Functions host expects it and flushes in every invocation.</summary>
    /// <exception cref="InvalidOperationException"><c>FUNCTIONS_CUSTOMHANDLER_PORT</c> is missing or no port.</exception>
    public static WebApplication Create()
    {
        var port = ReadPort(Environment.GetEnvironmentVariable(PortName));
        TelemetryQueue.Prepare();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Logging
            .AddFilter("Microsoft", LogLevel.Warning)
            // Without it ASP.NET Core puts a span of its own, which nobody sends, between the caller's and the function's.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        builder.Services.AddHostedService<FlushAtExit>();

        var app = builder.Build();
        app.UseTelemetryFlush();
        app.MapGet("/", static context => context.Response.WriteAsync("ready"));
        return app;
    }

    private static int ReadPort(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
            ? port
            : throw new InvalidOperationException(
                $"{PortName} is '{text}', which is no port: the Functions host sets it; to start by hand, set it to a free port");
}
