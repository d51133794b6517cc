using System.CommandLine;
using Bridge.CloudQueues;
using Bridge.Commands;
using Bridge.Tools;
using Bridge.Tools.Audit;
using Bridge.Tools.DeadLetters;
using Bridge.Tools.Inspect;
using Bridge.Tools.Send;
using Bridge.Tools.Spool;
using Telemetry.Queues;

// No library may use a proxy for requests to this machine, such as those to a collector or an emulator.
HttpClient.DefaultProxy = new ProxyExceptForThisMachine(HttpClient.DefaultProxy);

var tools = new ToolSettings(
    CommandConfiguration.ReadBroker,
    CommandConfiguration.ReadPartitions,
    CommandConfiguration.ReadQueues,
    QueueClients.OpenSender);

var root = new RootCommand(Help.Root)
{
    // Before the bridge runs: checks everything that it needs.
    CheckCommand.Create(),

    // Publishes from the queues to the exchange.
    RunCommand.Create(),

    // While the bridge runs: asks for its health.
    ProbeCommand.Create(),

    // Send events into a queue, and show the contents of a queue message.
    SendCommand.Create(tools),
    InspectCommand.Create(),

    // Lists, exports and replays dead letters.
    DeadCommand.Create(tools),

    // Finds events that did not arrive.
    AuditCommand.Create(tools),

    // Shows and moves what intakes have stored.
    SpoolCommand.Create(CommandConfiguration.ReadSpool, CommandConfiguration.ReadKeys),
};

// Without a command the bridge runs.
root.SetAction(RunCommand.RunAsync);
return await CommandLine.RunAsync(root, args);
