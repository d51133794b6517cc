using System.CommandLine;
using System.Text.Json;
using Bridge.Edge.Spool;

namespace Bridge.Tools.Spool;

/// <summary><c>bridge spool list</c>.</summary>
internal static class SpoolListCommand
{
    private const int StandardLimit = 100;

    public static Command Create(Func<SpoolOptions> readSpool)
    {
        var (directory, file) = (SpoolCommand.Folder(), SpoolCommand.File());
        var json = new Option<bool>("--json") { Description = "One JSON object a line instead of a table" };
        var limit = new Option<int>("--limit")
        {
            Description = "At most so many, the oldest first; 0 for all",
            HelpName = "N",
            DefaultValueFactory = _ => StandardLimit,
        };
        var command = new Command("list", SpoolHelp.List) { directory, file, limit, json };
        command.SetAction(parsed =>
        {
            using var archive = SpoolCommand.Open(readSpool, parsed.GetValue(directory), parsed.GetValue(file));
            var most = parsed.GetValue(limit) is > 0 and var some ? some : int.MaxValue;
            Run(archive.ReadBatches().Take(most), parsed.GetValue(json), Console.Out);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    /// <summary>Writes one line a batch.</summary>
    public static void Run(IEnumerable<SpooledBatch> batches, bool json, TextWriter output)
    {
        if (!json)
            output.WriteLine($"{"ROW",10}  {"STORED",-24}  {"EVENTS",7}  {"BYTES",9}  BATCH");
        foreach (var batch in batches)
            output.WriteLine(json ? Json(batch) : Row(batch));
    }

    private static string Row(SpooledBatch batch) => FormattableString.Invariant(
        $"{batch.Id,10}  {batch.StoredAt:yyyy-MM-ddTHH:mm:ss.fffZ}  {batch.Events,7}  {batch.Bytes.Length,9}  {NameOf(batch)}");

    private static string NameOf(SpooledBatch batch) =>
        batch.Read(out var header) is { } refusal ? $"damaged: {refusal.Detail}" : $"{header.Batch} ({header.Flags})";

    private static string Json(SpooledBatch batch)
    {
        var refusal = batch.Read(out var header);
        return JsonSerializer.Serialize(new
        {
            row = batch.Id,
            stored = batch.StoredAt,
            events = batch.Events,
            bytes = batch.Bytes.Length,
            batch = refusal is null ? header.Batch.ToString() : null,
            flags = refusal is null ? header.Flags.ToString() : null,
            problem = refusal?.Detail,
        });
    }
}
