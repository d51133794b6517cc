using Bridge.CloudQueues;
using Bridge.Core.Configuration;
using Bridge.Core.Reassembly;
using Bridge.Hosting.Http;
using Bridge.RabbitMq.Connections;
using Microsoft.Extensions.Configuration;
using Telemetry.Queues;

namespace Bridge.Commands;

/// <summary>The configuration of a command: appsettings.json in the working directory, then environment variables.</summary>
internal static class CommandConfiguration
{
    /// <summary>The whole bridge's options.</summary>
    /// <exception cref="BridgeOptionsException">Something in it is wrong; all of it is listed.</exception>
    public static BridgeOptions ReadBridge()
    {
        var options = BridgeOptions.Read(Read());
        return ListenCheck.Problem(options.Http) is { } problem ? throw new BridgeOptionsException([problem]) : options;
    }

    /// <summary>The broker's options alone: work on dead letters needs no queue.</summary>
    /// <exception cref="BridgeOptionsException">Something in them is wrong; all of it is listed.</exception>
    public static RabbitMqOptions ReadBroker() =>
        BridgeOptions.Reader.Read<RabbitMqOptions>(Read(), RabbitMqOptions.Section, options => options.Validate());

    /// <summary>Where the bridge listens: a probe needs nothing else.</summary>
    /// <exception cref="BridgeOptionsException">Something in them is wrong; all of it is listed.</exception>
    public static HttpOptions ReadHttp() =>
        BridgeOptions.Reader.Read<HttpOptions>(Read(), HttpOptions.Section, options => options.Validate());

    /// <summary>The configured queues; there may be none.</summary>
    /// <exception cref="BridgeOptionsException">At least one of them is wrong; all of these are listed.</exception>
    public static IReadOnlyList<QueueEndpoint> ReadQueues()
    {
        var queues = BridgeOptions.Reader.Read<List<QueueOptions>>(Read(), "Bridge:Queues", BridgeOptions.ValidateEach);
        return [.. queues.Select(queue => queue.Parse(out _)!)];
    }

    /// <summary>Number of chunk queues.</summary>
    /// <exception cref="BridgeOptionsException">Something in its section is wrong; all of it is listed.</exception>
    public static int ReadPartitions() =>
        BridgeOptions.Reader.Read<AssembleOptions>(Read(), AssembleOptions.Section, options => options.Validate()).Partitions;

    /// <summary>Settings that are ignored although they look as if they were meant for the bridge, one line each.</summary>
    public static IEnumerable<string> ReadLookAlikes() => BridgeOptions.Reader.FindLookAlikes(Read());

    private static IConfigurationRoot Read() => new ConfigurationBuilder()
        .SetBasePath(Directory.GetCurrentDirectory())
        .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
        .AddEnvironmentVariables()
        .Build();
}
