using System.CommandLine;
using System.Text.Json;
using Bridge.Edge.Spool;

namespace Bridge.Tools.Spool;

/// <summary><c>bridge spool status</c>.</summary>
internal static class SpoolStatusCommand
{
    public static Command Create(Func<SpoolOptions> readSpool)
    {
        var directory = SpoolCommand.Folder();
        var json = new Option<bool>("--json") { Description = "One JSON object instead of lines" };
        var command = new Command("status", SpoolHelp.Status) { directory, json };
        command.SetAction(parsed =>
        {
            var report = SpoolReport.Read(readSpool().In(parsed.GetValue(directory)).Directory!);
            Console.Out.WriteLine(parsed.GetValue(json) ? Json(report) : Text(report));
            return report.State is null ? ExitCodes.Failed : ExitCodes.Succeeded;
        });
        return command;
    }

    /// <summary>The report as lines.</summary>
    public static string Text(SpoolReport report) => FormattableString.Invariant(
        $"""
        directory  {report.Directory}{(report.IsInUse ? ", in use" : "")}
        batches    {(report.State is { } state ? $"{state.Batches} with {state.Events} events, {state.Bytes} bytes" : "the state is not readable")}
        oldest     {report.Oldest?.ToString("yyyy-MM-ddTHH:mm:ss.fffZ") ?? "none"}
        files      {report.Bytes} bytes; {report.FreeBytes} bytes of the disk are free
        damaged    {(report.Damaged.Count == 0 ? "none" : string.Join(", ", report.Damaged.Select(file => $"{file.Name} ({file.Length} bytes)")))}
        """);

    /// <summary>The report as one JSON object.</summary>
    public static string Json(SpoolReport report) => JsonSerializer.Serialize(new
    {
        directory = report.Directory,
        inUse = report.IsInUse,
        batches = report.State?.Batches,
        events = report.State?.Events,
        bytes = report.State?.Bytes,
        oldest = report.Oldest,
        fileBytes = report.Bytes,
        freeBytes = report.FreeBytes,
        damaged = report.Damaged.Select(file => new { file = file.FullName, bytes = file.Length }),
    });
}
