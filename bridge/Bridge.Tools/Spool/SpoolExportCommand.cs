using System.CommandLine;
using Bridge.Edge.Spool;
using Telemetry.Wire;

namespace Bridge.Tools.Spool;

/// <summary><c>bridge spool export</c>.</summary>
internal static class SpoolExportCommand
{
    public static Command Create(Func<SpoolOptions> readSpool, Func<KeyRing> readKeys)
    {
        var (directory, file) = (SpoolCommand.Folder(), SpoolCommand.File());
        var output = new Option<string?>("--output")
        {
            Description = "File to write; standard output when left out",
            HelpName = "FILE",
        };
        var command = new DocumentedCommand("export", SpoolHelp.Export, SpoolHelp.ExportDetails) { directory, file, output };
        command.SetAction(parsed =>
        {
            using var archive = SpoolCommand.Open(readSpool, parsed.GetValue(directory), parsed.GetValue(file));
            using var stream = ExportFile.Create(parsed.GetValue(output));
            return Run(archive, new BatchOpener(readKeys(), CodecLimits.Default), stream, Console.Error);
        });
        return command;
    }

    /// <summary>Writes the events of every batch that can be opened.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(SpoolArchive archive, BatchOpener opener, Stream output, TextWriter errors)
    {
        var (written, left) = (0, 0);
        foreach (var batch in archive.ReadBatches())
        {
            if (SpoolArchive.Open(batch, opener, out var opened) is { } refusal)
            {
                left++;
                errors.WriteLine($"error: row {batch.Id}: {refusal}");
                continue;
            }

            written++;
            using (opened)
                output.Write(opened!.Lines.Span);
        }

        output.Flush();
        errors.WriteLine($"{written} batches written; {left} could not be opened");
        return left == 0 ? ExitCodes.Succeeded : ExitCodes.Failed;
    }
}
