using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Bridge.Tools;

namespace Bridge.Commands;

/// <summary>Parses the command line, runs the command and returns an exit code of <see cref="ExitCodes"/>.</summary>
internal static class CommandLine
{
    /// <summary>Runs the command that the arguments name. Never throws.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        DetailedHelp.AddTo(root);

        // Without this the library treats a value that begins with @ as a file with arguments.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
            return UsageErrors.Report(parsed);

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));

        // Without these settings the library ends the process two seconds after a signal, and prints stack traces.
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

    // The first signal cancels the command; the second one ends the process at once.
    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    }
}
