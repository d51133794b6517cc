using Bridge.Diagnostics;
using Bridge.Publish;
using Bridge.Receive;
using Microsoft.Extensions.Configuration;
using Telemetry.Queues;

namespace Bridge.Commands;

/// <summary>The configuration of a command: appsettings.json in the working directory, then environment variables.</summary>
internal static class CommandConfiguration
{
    /// <summary>The whole bridge's options.</summary>
    /// <exception cref="BridgeOptionsException">Something in it is wrong; all of it is listed.</exception>
    public static BridgeOptions ReadBridge() => BridgeOptions.Read(Read());

    /// <summary>The broker's options alone: work on dead letters needs no queue.</summary>
    /// <exception cref="BridgeOptionsException">Something in them is wrong; all of it is listed.</exception>
    public static RabbitMqOptions ReadBroker()
    {
        var options = Bind<RabbitMqOptions>(RabbitMqOptions.Section) ?? new RabbitMqOptions();
        return options.Validate() is { Count: > 0 } errors ? throw new BridgeOptionsException(errors) : options;
    }

    /// <summary>Where the bridge listens: a probe needs nothing else.</summary>
    /// <exception cref="BridgeOptionsException">Something in them is wrong; all of it is listed.</exception>
    public static HttpOptions ReadHttp()
    {
        var options = Bind<HttpOptions>(HttpOptions.Section) ?? new HttpOptions();
        return options.Validate().ToList() is { Count: > 0 } errors ? throw new BridgeOptionsException(errors) : options;
    }

    /// <summary>The configured queues; there may be none.</summary>
    /// <exception cref="BridgeOptionsException">At least one of them is wrong; all of these are listed.</exception>
    public static IReadOnlyList<QueueEndpoint> ReadQueues()
    {
        var errors = new List<string>();
        var endpoints = new List<QueueEndpoint>();
        foreach (var (index, queue) in (Bind<List<QueueOptions>>("Bridge:Queues") ?? []).Index())
        {
            if (queue.Parse(out var error) is { } endpoint)
                endpoints.Add(endpoint);
            else
                errors.Add($"Bridge:Queues:{index}: {error}");
        }

        return errors.Count == 0 ? endpoints : throw new BridgeOptionsException(errors);
    }

    /// <summary>Number of chunk queues.</summary>
    public static int ReadPartitions() => (Bind<Assemble.AssembleOptions>(Assemble.AssembleOptions.Section) ?? new()).Partitions;

    private static IConfigurationRoot Read() => new ConfigurationBuilder()
        .SetBasePath(Directory.GetCurrentDirectory())
        .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
        .AddEnvironmentVariables()
        .Build();

    private static T? Bind<T>(string section)
    {
        var settings = Read().GetSection(section);
        try
        {
            return settings.Get<T>();
        }
        catch (InvalidOperationException exception)
        {
            throw BridgeOptionsException.Unbound(settings, typeof(T), exception);
        }
    }
}
