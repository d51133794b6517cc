using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Console;

namespace Bridge.Hosting.Http;

/// <summary>Default settings of the log: console, UTC. Configuration overrides them.</summary>
internal static class BridgeLogging
{
    private const string Formatter = "Logging:Console:FormatterName";
    private const string Timestamp = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>Adds the defaults with the lowest precedence of all configuration sources.</summary>
    public static void AddBridgeLogging(this WebApplicationBuilder builder)
    {
        // Plain lines for people; JSON when the output is redirected, since a program then collects it.
        var formatter = builder.Configuration[Formatter] ?? (Console.IsOutputRedirected ? "json" : "simple");
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults(formatter) });

        // The slim builder sets the simple formatter in code, which overrides configuration.
        builder.Services.Configure<ConsoleLoggerOptions>(options => options.FormatterName = formatter);
    }

    private static Dictionary<string, string?> Defaults(string formatter) => new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",

        // The command itself reports a port in use, in one line.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
        ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = formatter is "json" ? Timestamp : $"{Timestamp} ",
    };
}
