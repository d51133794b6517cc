using System.CommandLine;
using Telemetry.Wire;

namespace Bridge.Tools.Inspect;

/// <summary><c>bridge inspect</c>.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var key = CommandArguments.Key();
        var file = CommandArguments.File();
        var command = new DocumentedCommand("inspect", ToolHelp.Inspect, ToolHelp.InspectDetails) { key, file };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(CommandArguments.ReadKey(parsed.GetValue(key)), parsed.GetValue(file), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(MasterKey? key, string? file, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        using (var input = InputFile.Open(file))
            await input.CopyToAsync(text, cancellationToken).WaitAsync(cancellationToken);

        using var output = Console.OpenStandardOutput();
        using var inspection = new Inspection(key is null ? KeyRing.Empty : new KeyRing(key), output, Console.Error);
        foreach (var (index, message) in InspectedTexts.Split(text.ToArray()).Index())
            inspection.Show(index, message);
        return inspection.Complete() ? ExitCodes.Succeeded : ExitCodes.Failed;
    }
}
