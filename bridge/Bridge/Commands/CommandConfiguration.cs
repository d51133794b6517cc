using Bridge.CloudQueues;
using Bridge.Core.Configuration;
using Bridge.Core.Reassembly;
using Bridge.Edge.Spool;
using Bridge.Hosting.Http;
using Bridge.RabbitMq.Connections;
using Microsoft.Extensions.Configuration;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Commands;

/// <summary>
/// Reads the configuration of a command: appsettings.json in the working directory, then environment variables.
/// </summary>
internal static class CommandConfiguration
{
    /// <summary>Reads the options of the whole bridge.</summary>
    /// <exception cref="BridgeOptionsException">At least one setting is wrong; the exception lists them all.</exception>
    public static BridgeOptions ReadBridge()
    {
        var options = BridgeOptions.Read(Read());
        return ListenCheck.Problem(options.Http) is { } problem ? throw new BridgeOptionsException([problem]) : options;
    }

    /// <summary>Reads only the broker's options. Commands for dead letters need no queue.</summary>
    /// <exception cref="BridgeOptionsException">At least one of them is wrong; the exception lists them all.</exception>
    public static RabbitMqOptions ReadBroker() =>
        BridgeOptions.Reader.Read<RabbitMqOptions>(Read(), RabbitMqOptions.Section, options => options.Validate());

    /// <summary>Reads only the options of HTTP. A probe needs no others.</summary>
    /// <exception cref="BridgeOptionsException">At least one of them is wrong; the exception lists them all.</exception>
    public static HttpOptions ReadHttp() =>
        BridgeOptions.Reader.Read<HttpOptions>(Read(), HttpOptions.Section, options => options.Validate());

    /// <summary>Reads the configured queues; there may be none.</summary>
    /// <exception cref="BridgeOptionsException">At least one of them is wrong; the exception lists them all.</exception>
    public static IReadOnlyList<QueueEndpoint> ReadQueues()
    {
        var queues = BridgeOptions.Reader.Read<List<QueueOptions>>(Read(), "Bridge:Queues", BridgeOptions.ValidateEach);
        return [.. queues.Select(queue => queue.Parse(out _)!)];
    }

    /// <summary>Reads the number of chunk queues.</summary>
    /// <exception cref="BridgeOptionsException">Its section has an error; the exception lists them all.</exception>
    public static int ReadPartitions() =>
        BridgeOptions.Reader.Read<AssembleOptions>(Read(), AssembleOptions.Section, options => options.Validate()).Partitions;

    /// <summary>Reads only the spool's options. Its folder may be missing: a command line may name one.</summary>
    /// <exception cref="BridgeOptionsException">At least one of them is wrong; the exception lists them all.</exception>
    public static SpoolOptions ReadSpool()
    {
        var keys = BridgeOptions.Reader.Read<Dictionary<string, string>>(Read(), "Bridge:Keys", BridgeOptions.ValidateKeys);
        return BridgeOptions.Reader.Read<SpoolOptions>(
            Read(), SpoolOptions.Section, options => options.Validate(isRequired: false, keys.Keys));
    }

    /// <summary>Reads only the keys.</summary>
    /// <exception cref="BridgeOptionsException">At least one of them is wrong; the exception lists them all.</exception>
    public static KeyRing ReadKeys()
    {
        var keys = BridgeOptions.Reader.Read<Dictionary<string, string>>(Read(), "Bridge:Keys", BridgeOptions.ValidateKeys);
        return new KeyRing(keys.Select(key => MasterKey.Parse(key.Key, key.Value)));
    }

    /// <summary>Finds settings outside of the section <c>Bridge</c> that were probably meant for it, one line each.</summary>
    public static IEnumerable<string> ReadLookAlikes() => BridgeOptions.Reader.FindLookAlikes(Read());

    private static IConfigurationRoot Read() => new ConfigurationBuilder()
        .SetBasePath(Directory.GetCurrentDirectory())
        .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
        .AddEnvironmentVariables()
        .Build();
}
