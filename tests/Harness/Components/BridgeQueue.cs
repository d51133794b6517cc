using System.Collections.Immutable;

namespace Harness.Components;

/// <summary>One queue of a bridge's configuration.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Kind"><c>azure</c> or <c>sqs</c>; null where the host name tells.</param>
/// <param name="Connection">Azure only: a storage connection string.</param>
public sealed record BridgeQueue(Uri Url, string? Kind = null, string? Connection = null)
{
    private static readonly ImmutableDictionary<string, string> Empty =
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The emulator's queue of this name.</summary>
    public static BridgeQueue Of(AzuriteServer server, string name) =>
        new(server.QueueUrl(name), "azure", server.ConnectionString);

    /// <summary>The emulator's queue of this name.</summary>
    public static BridgeQueue Of(FauxqsServer server, string name) => new(server.QueueUrl(name), "sqs");

    /// <summary>The same queue behind a proxy on another port of loopback.</summary>
    public BridgeQueue Through(int port) => this with
    {
        Url = new UriBuilder(Url) { Port = port }.Uri,
        Connection = Connection?.Replace($":{Url.Port}/", $":{port}/", StringComparison.Ordinal),
    };

    /// <summary>What a sending function's environment says for this queue.</summary>
    public ImmutableDictionary<string, string> SenderEnvironment()
    {
        var environment = Credentials().SetItem("TELEMETRY_QUEUE", Url.ToString());
        if (Kind is not null)
            environment = environment.SetItem("TELEMETRY_QUEUE_KIND", Kind);
        return Connection is null ? environment : environment.SetItem("TELEMETRY_QUEUE_CONNECTION", Connection);
    }

    /// <summary>The environment of a bridge between these queues and this broker.</summary>
    public static ImmutableDictionary<string, string> BridgeEnvironment(Uri rabbitMq, params IReadOnlyList<BridgeQueue> queues)
    {
        var environment = Empty.SetItem("Bridge__RabbitMq__Uri", rabbitMq.ToString());
        for (var i = 0; i < queues.Count; i++)
            environment = environment.SetItems(queues[i].Credentials()).SetItems(queues[i].Settings($"Bridge__Queues__{i}__"));
        return environment;
    }

    private Dictionary<string, string> Settings(string prefix)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { [$"{prefix}Url"] = Url.ToString() };
        if (Kind is not null)
            settings[$"{prefix}Kind"] = Kind;
        if (Connection is not null)
            settings[$"{prefix}Connection"] = Connection;
        return settings;
    }

    private ImmutableDictionary<string, string> Credentials() =>
        Kind is "sqs" && Url.IsLoopback ? Empty.SetItems(FauxqsServer.Credentials) : Empty;
}
