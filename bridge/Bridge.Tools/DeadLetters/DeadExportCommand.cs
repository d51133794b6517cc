using System.CommandLine;

namespace Bridge.Tools.DeadLetters;

/// <summary><c>bridge dead export</c>.</summary>
internal static class DeadExportCommand
{
    public static Command Create(ToolSettings settings)
    {
        var (reason, limit) = (DeadCommand.Reason(), DeadCommand.Limit(0));
        var output = new Option<string?>("--output")
        {
            Description = "File to write; standard output when left out",
            HelpName = "FILE",
        };
        var command = new DocumentedCommand("export", ToolHelp.DeadExport, ToolHelp.DeadExportDetails) { reason, limit, output };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(settings, parsed.GetValue(reason), parsed.GetValue(limit), parsed.GetValue(output), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolSettings settings, string? reason, int limit, string? file, CancellationToken cancellationToken)
    {
        await using var queue = await DeadCommand.OpenAsync(settings, cancellationToken);
        var written = 0;
        await using (var output = ExportFile.Create(file))
        {
            await foreach (var letter in queue.ChooseAsync(reason, limit, cancellationToken))
            {
                output.Write(DeadLetterJson.Write(letter, withPayload: true));
                output.WriteByte((byte)'\n');
                written++;
            }
        }

        Console.Error.WriteLine($"{written} written of {queue.Count} dead letters");
        return ExitCodes.Succeeded;
    }
}
