using System.CommandLine;
using Bridge.CloudQueues;
using Bridge.Commands;
using Bridge.Tools;
using Bridge.Tools.Audit;
using Bridge.Tools.DeadLetters;
using Bridge.Tools.Inspect;
using Bridge.Tools.Send;
using Telemetry.Queues;

// For every library: requests to a collector, an emulator or an agent on this machine do not go through a proxy.
HttpClient.DefaultProxy = new ProxyExceptForThisMachine(HttpClient.DefaultProxy);

var tools = new ToolSettings(
    CommandConfiguration.ReadBroker, CommandConfiguration.ReadPartitions, CommandConfiguration.ReadQueues, QueueClients.OpenSender);

var root = new RootCommand(Help.Root)
{
    // Before it runs: is everything there that it needs?
    CheckCommand.Create(),

    // From the queues to the exchange.
    RunCommand.Create(),

    // While it runs: is it well?
    ProbeCommand.Create(),

    // What travels: events into a queue, and what a queue's message holds.
    SendCommand.Create(tools),
    InspectCommand.Create(),

    // What did not arrive: look at it, keep it, try it again.
    DeadCommand.Create(tools),

    // Did everything arrive?
    AuditCommand.Create(tools),
};

// Without a command the bridge runs.
root.SetAction(RunCommand.RunAsync);
return await CommandLine.RunAsync(root, args);
