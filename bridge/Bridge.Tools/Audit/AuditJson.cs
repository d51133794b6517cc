using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bridge.Tools.Audit;

/// <summary>Writes an audit's report for programs: one JSON object.</summary>
internal static class AuditJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Writes the object and a line feed.</summary>
    public static void Write(AuditReport report, Stream output)
    {
        var json = new
        {
            complete = report.Problems.Count == 0,
            problems = report.Problems,
            messages = report.Messages,
            missingBatches = report.MissingBatches,
            missingEvents = report.MissingEvents,
            plainEvents = report.PlainEvents,
            plainDuplicates = From(report.PlainDuplicates),
            duplicates = From(report.Duplicates),
            unreadable = report.Unreadable,
            outside = report.Outside,
            notFollowed = report.NotFollowed,
            unread = report.Unread,
            idsKept = report.IdsKept,
            deadLetters = From(report.DeadLetters),
            senders = report.Senders.Select(From),
        };
        JsonSerializer.Serialize(output, json, Options);
        output.WriteByte((byte)'\n');
    }

    private static object From(SenderReport sender) => new
    {
        sender = sender.Sender.ToString(),
        first = sender.First,
        last = sender.Last,
        batches = sender.Batches,
        deadBatches = sender.DeadBatches,
        missing = sender.MissingBatches.Select(From),
        incomplete = sender.Incomplete.Select(batch => new
        {
            sequence = batch.Sequence,
            events = batch.Events,
            missing = batch.Missing.Select(From),
        }),
        events = sender.Events,
        deadEvents = sender.DeadEvents,
        duplicates = From(sender.Duplicates),
    };

    private static object From(SequenceRange range) => new { first = range.First, last = range.Last };

    private static object From(DuplicateCounts duplicates) => new
    {
        identical = duplicates.Identical,
        uncompared = duplicates.Uncompared,
        altered = duplicates.Altered,
        reused = duplicates.Reused,
    };

    private static object From(DeadLetterCounts dead) => new
    {
        total = dead.Total,
        outside = dead.Outside,
        unidentified = dead.Unidentified,
        reasons = dead.Reasons,
    };
}
