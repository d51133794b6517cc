using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging;

namespace Bridge.Diagnostics;

/// <summary>How the bridge logs unless the configuration says otherwise: to the console, in UTC.</summary>
internal static class BridgeLogging
{
    /// <summary>Sets the defaults, below every other source of configuration.</summary>
    public static void AddBridgeLogging(this WebApplicationBuilder builder)
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults() });

        // The slim builder has fixed the formatter: the configured one is set behind it.
        builder.Logging.AddConsole(console => console.FormatterName = builder.Configuration["Logging:Console:FormatterName"]);
    }

    private static Dictionary<string, string?> Defaults() => new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",

        // A port that is taken becomes the command's own error, in one line.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",

        // Lines for people, JSON for whatever collects the output.
        ["Logging:Console:FormatterName"] = Console.IsOutputRedirected ? "json" : "simple",
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
        ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = Console.IsOutputRedirected ? "yyyy-MM-ddTHH:mm:ss.fffZ" : "HH:mm:ss.fffZ ",
    };
}
