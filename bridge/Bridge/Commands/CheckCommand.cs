using System.CommandLine;
using Bridge.Core.Configuration;
using Bridge.Tools;

namespace Bridge.Commands;

/// <summary><c>bridge check</c>.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var command = new DocumentedCommand("check", Help.Check, Help.CheckDetails);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (ReadOptions() is not { } options)
            return ExitCodes.Failed;

        var (done, failed) = (0, 0);
        var advisor = new ConfigurationAdvice(options, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        foreach (var advice in await advisor.FindAsync(cancellationToken))
            Console.Out.WriteLine(advice);
        foreach (var check in new BridgeChecks(options, TimeProvider.System, isCommand: true).Start(cancellationToken))
        {
            foreach (var result in await check)
            {
                Console.Out.WriteLine(result);
                done++;
                failed += result.Error is null ? 0 : 1;
            }
        }

        if (failed == 0)
            return ExitCodes.Succeeded;
        Console.Error.WriteLine($"error: {failed} of {done} checks failed");
        return ExitCodes.Failed;
    }

    private static BridgeOptions? ReadOptions()
    {
        try
        {
            var options = CommandConfiguration.ReadBridge();
            Console.Out.WriteLine(new CheckResult("configuration"));
            foreach (var lookAlike in CommandConfiguration.ReadLookAlikes())
                Console.Out.WriteLine(new CheckResult("configuration") { Warning = lookAlike });
            return options;
        }
        catch (BridgeOptionsException exception)
        {
            foreach (var error in exception.Errors)
                Console.Out.WriteLine(new CheckResult("configuration", error));
            Console.Error.WriteLine($"error: {exception.Errors.Count} errors in the configuration");
            return null;
        }
    }
}
