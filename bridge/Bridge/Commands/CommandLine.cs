using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Bridge.Tools;

namespace Bridge.Commands;

/// <summary>Parses the command line and runs a command, with the exit codes of the contract.</summary>
internal static class CommandLine
{
    /// <summary>Runs the command that the arguments name. Never throws.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        DetailedHelp.AddTo(root);

        // A value that begins with @ is a value, not a file to read arguments from.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
            return UsageErrors.Report(parsed);

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));

        // Signals and exceptions are handled here: the library would end the process after two seconds, and print stack traces.
        var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
        try
        {
            return await parsed.InvokeAsync(invocation, stop.Token);
        }
        catch (Exception exception)
        {
            return CommandErrors.Report(exception, Console.Error);
        }
    }

    // The first signal asks for an orderly end; the second one ends the process.
    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    }
}
