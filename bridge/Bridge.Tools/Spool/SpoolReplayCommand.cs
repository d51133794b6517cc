using System.CommandLine;
using Bridge.Edge.Spool;

namespace Bridge.Tools.Spool;

/// <summary><c>bridge spool replay</c>.</summary>
internal static class SpoolReplayCommand
{
    public static Command Create(Func<SpoolOptions> readSpool)
    {
        var directory = SpoolCommand.Folder();
        var file = new Argument<string>("FILE") { Description = "A database file, such as one in the spool's folder damaged" };
        var command = new DocumentedCommand("replay", SpoolHelp.Replay, SpoolHelp.ReplayDetails) { directory, file };
        command.SetAction(parsed =>
        {
            var options = readSpool().In(parsed.GetValue(directory));
            var replayed = SpoolReplay.Run(options, Path.GetFullPath(parsed.GetValue(file)!), TimeProvider.System);
            Console.Out.WriteLine($"replayed {replayed.Batches} batches with {replayed.Events} events; {replayed.Damaged} are damaged and stay in the file");
            return replayed.Damaged == 0 ? ExitCodes.Succeeded : ExitCodes.Failed;
        });
        return command;
    }
}
