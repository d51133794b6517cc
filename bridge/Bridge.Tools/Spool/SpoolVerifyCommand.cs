using System.CommandLine;
using Bridge.Edge.Spool;

namespace Bridge.Tools.Spool;

/// <summary><c>bridge spool verify</c>.</summary>
internal static class SpoolVerifyCommand
{
    public static Command Create(Func<SpoolOptions> readSpool)
    {
        var (directory, file) = (SpoolCommand.Folder(), SpoolCommand.File());
        var command = new Command("verify", SpoolHelp.Verify) { directory, file };
        command.SetAction(parsed =>
        {
            using var archive = SpoolCommand.Open(readSpool, parsed.GetValue(directory), parsed.GetValue(file));
            return Run(archive, Console.Out, Console.Error);
        });
        return command;
    }

    /// <summary>Names everything that is wrong.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(SpoolArchive archive, TextWriter output, TextWriter errors)
    {
        var (batches, events, problems) = (0L, 0L, 0);
        foreach (var problem in archive.CheckIntegrity())
        {
            problems++;
            errors.WriteLine($"error: the database: {CommandErrors.OneLine(problem)}");
        }

        foreach (var batch in archive.ReadBatches())
        {
            (batches, events) = (batches + 1, events + batch.Events);
            if (batch.Read(out _) is not { } refusal)
                continue;
            problems++;
            errors.WriteLine($"error: row {batch.Id}: {refusal}");
        }

        output.WriteLine($"{batches} batches with {events} events; {problems} problems");
        return problems == 0 ? ExitCodes.Succeeded : ExitCodes.Failed;
    }
}
