using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Console;

namespace Bridge.Hosting.Http;

/// <summary>How the bridge logs unless the configuration says otherwise: to the console, in UTC.</summary>
internal static class BridgeLogging
{
    private const string Formatter = "Logging:Console:FormatterName";
    private const string Timestamp = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>Sets the defaults, below every other source of configuration.</summary>
    public static void AddBridgeLogging(this WebApplicationBuilder builder)
    {
        // Lines for people, JSON for whatever collects the output.
        var formatter = builder.Configuration[Formatter] ?? (Console.IsOutputRedirected ? "json" : "simple");
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults(formatter) });

        // The slim builder chooses the simple formatter in code, whatever the configuration says.
        builder.Services.Configure<ConsoleLoggerOptions>(options => options.FormatterName = formatter);
    }

    private static Dictionary<string, string?> Defaults(string formatter) => new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",

        // A port that is taken becomes the command's own error, in one line.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
        ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = formatter is "json" ? Timestamp : $"{Timestamp} ",
    };
}
