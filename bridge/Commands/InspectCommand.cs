using System.CommandLine;
using Telemetry.Wire;

namespace Bridge.Commands;

/// <summary><c>bridge inspect</c>.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var key = CommandArguments.Key();
        var file = CommandArguments.File();
        var command = new DocumentedCommand("inspect", Help.Inspect, Help.InspectDetails) { key, file };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(CommandArguments.ReadKey(parsed.GetValue(key)), parsed.GetValue(file), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(MasterKey? key, string? file, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        using (var input = CommandArguments.Open(file))
            await input.CopyToAsync(text, cancellationToken).WaitAsync(cancellationToken);

        using var output = Console.OpenStandardOutput();
        using var inspection = new Inspection(key is null ? KeyRing.Empty : new KeyRing(key), output, Console.Error);
        foreach (var (index, message) in MessageTexts.Split(text.ToArray()).Index())
            inspection.Show(index, message);
        return inspection.Complete() ? CommandLine.Succeeded : CommandLine.Failed;
    }
}
