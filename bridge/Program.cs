using System.CommandLine;
using Bridge.Commands;
using Telemetry.Queues;

// For every library: requests to a collector, an emulator or an agent on this machine do not go through a proxy.
HttpClient.DefaultProxy = new ProxyExceptForThisMachine(HttpClient.DefaultProxy);

var root = new RootCommand(Help.Root)
{
    // Before it runs: is everything there that it needs?
    CheckCommand.Create(),

    // From the queues to the exchange.
    RunCommand.Create(),

    // While it runs: is it well?
    ProbeCommand.Create(),

    // What travels: events into a queue, and what a queue's message holds.
    SendCommand.Create(),
    InspectCommand.Create(),

    // What did not arrive: look at it, keep it, try it again.
    DeadCommand.Create(),

    // Did everything arrive?
    AuditCommand.Create(),
};

// Without a command the bridge runs.
root.SetAction(RunCommand.RunAsync);
return await CommandLine.RunAsync(root, args);
