using System.CommandLine;
using Bridge.Commands;
using Telemetry.Queues;

// The client library holds an array for each message that waits to be written, more of them than the framework's pool keeps: with 32 for each
// processor, half of what the bridge allocates are such arrays. The pool can be told in this way alone, and only before its first use.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_BUFFERS_SHAREDARRAYPOOL_MAXARRAYSPERPARTITION", "256");

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
