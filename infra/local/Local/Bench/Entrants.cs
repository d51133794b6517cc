using Harness.Components;
using Harness.Faults;

namespace Local.Bench;

/// <summary>Everyone who races.</summary>
internal static class Entrants
{
    private static readonly string Node = Path.Combine(LocalFolders.Scripts, "peers", "forward.mjs");

    /// <summary>One bridge process.</summary>
    /// <param name="polls">Receive calls at a time; null leaves the default.</param>
    /// <param name="connections">To the broker; null leaves the default.</param>
    /// <param name="overTls">Whether these use TLS.</param>
    public static Enter Bridge(int? polls = null, int? connections = null, bool overTls = false) =>
        (track, _, cancellationToken) =>
    {
        var settings = BridgeQueue.BridgeEnvironment(track.Components.Broker, track.Queue).SetItems(track.Components.Settings);
        if (polls is { } most)
            settings = settings.SetItem("Bridge__Receive__MaxPolls", $"{most}");
        if (connections is { } count)
            settings = settings.SetItem("Bridge__RabbitMq__Connections", $"{count}");
        if (overTls)
        {
            settings = settings
                .SetItem("Bridge__RabbitMq__Uri", $"{track.Components.SecureBroker}")
                .SetItem("Bridge__RabbitMq__CaFile", track.Components.AuthorityFile);
        }

        return Runner.StartAsync(new BridgeFleet(settings), cancellationToken);
    };

    /// <summary>npm sqs-consumer with amqplib.</summary>
    public static Enter NodeForwarder(int consumers) => (track, _, cancellationToken) =>
    {
        var start = NodeScript.Start(
            Node, [$"{track.Queue.Url}", $"{track.Components.Broker}", Tap.Exchange, $"{consumers}"], LocalFolders.Peers);
        var environment = start.Environment.Concat(FauxqsServer.Credentials).ToDictionary(StringComparer.Ordinal);
        return Runner.StartAsync(start with { Environment = environment }, cancellationToken);
    };

    /// <summary>A C# loop that awaits each publish.</summary>
    public static Enter AwaitingForwarder(int consumers) => (track, _, cancellationToken) =>
        Runner.StartAsync(
            Own(AwaitingLoop.Command, $"{track.Queue.Url}", $"{track.Components.Broker}", $"{consumers}"), cancellationToken);

    /// <summary>The fastest publisher.</summary>
    /// <param name="connections">To the broker.</param>
    /// <param name="isNamed">True gives messages the properties that the bridge gives them.</param>
    public static Enter Ceiling(int connections, bool isNamed = false) => (track, load, cancellationToken) =>
    {
        var start = Own(
            CeilingPublisher.Command,
            $"{track.Components.Broker}",
            $"{load.WarmUp[0].Events}",
            $"{load.WarmUp[1].Events}",
            $"{load.Events}",
            $"{load.EventBytes}",
            $"{connections}",
            $"{isNamed}");
        return Runner.StartAsync(start with { Environment = CeilingPublisher.Environment }, cancellationToken);
    };

    // This very program.
    private static ChildProcessStart Own(params string[] arguments) =>
        new(Environment.ProcessPath!, arguments) { Name = arguments[0], Environment = FauxqsServer.Credentials };
}
