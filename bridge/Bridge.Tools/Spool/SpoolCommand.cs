using System.CommandLine;
using Bridge.Edge.Spool;
using Telemetry.Wire;

namespace Bridge.Tools.Spool;

/// <summary><c>bridge spool</c>, and what its commands share.</summary>
internal static class SpoolCommand
{
    /// <summary>Creates the command and those below it.</summary>
    /// <param name="readSpool">The spool's options; its folder may be missing from them.</param>
    /// <param name="readKeys">The keys of the configuration.</param>
    public static Command Create(Func<SpoolOptions> readSpool, Func<KeyRing> readKeys) =>
        new DocumentedCommand("spool", SpoolHelp.Spool, SpoolHelp.SpoolDetails)
        {
            SpoolStatusCommand.Create(readSpool),
            SpoolVerifyCommand.Create(readSpool),
            SpoolListCommand.Create(readSpool),
            SpoolExportCommand.Create(readSpool, readKeys),
            SpoolReplayCommand.Create(readSpool),
        };

    public static Option<string?> Folder() =>
        new("--directory") { Description = "The spool's folder, instead of Bridge__Spool__Directory", HelpName = "DIR" };

    public static Option<string?> File() =>
        new("--file") { Description = "Reads this database file, which no bridge uses, instead of the spool", HelpName = "FILE" };

    /// <summary>The options with the folder that the command line names, if it does.</summary>
    /// <exception cref="UsageException">Neither names one.</exception>
    public static SpoolOptions In(this SpoolOptions options, string? directory)
    {
        var chosen = options with { Directory = directory is null ? options.Directory : Path.GetFullPath(directory) };
        return string.IsNullOrEmpty(chosen.Directory)
            ? throw new UsageException("no folder: set Bridge__Spool__Directory, or give --directory")
            : chosen;
    }

    /// <summary>Opens the file that the command line names, else the spool.</summary>
    public static SpoolArchive Open(Func<SpoolOptions> readSpool, string? directory, string? file) => file is null
        ? SpoolArchive.OpenFolder(readSpool().In(directory).Directory!)
        : SpoolArchive.OpenFile(Path.GetFullPath(file));
}
