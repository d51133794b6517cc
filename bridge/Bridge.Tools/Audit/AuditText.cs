using System.Globalization;

namespace Bridge.Tools.Audit;

/// <summary>
/// Writes an audit's report for people: a row for each sender with the missing batches below it, then a summary. The caller
/// writes the report's problems.
/// </summary>
internal static class AuditText
{
    // A sender with more missing batches is shown in part; the JSON report has all.
    private const int MaxLines = 20;

    /// <summary>Writes the report.</summary>
    public static void Write(AuditReport report, TextWriter output)
    {
        if (report.Senders.Count > 0)
            output.WriteLine(Row("SENDER", "FIRST", "LAST", "BATCHES", "DEAD", "MISSING", "EVENTS", "DUPLICATES"));
        foreach (var sender in report.Senders)
        {
            output.WriteLine(Row(
                $"{sender.Sender}", $"{sender.First}", $"{sender.Last}", $"{sender.Batches}", $"{sender.DeadBatches}",
                $"{sender.MissingBatchCount}", $"{sender.Events}", $"{sender.Duplicates.Total}"));
            WriteMissing(sender, output);
        }

        foreach (var line in Summary(report))
            output.WriteLine(line);
    }

    private static void WriteMissing(SenderReport sender, TextWriter output)
    {
        var lines = sender.MissingBatches
            .Select(range => range.Count == 1 ? $"  batch {range} is missing" : $"  batches {range} are missing: {range.Count}")
            .Concat(sender.Incomplete.Select(batch =>
                $"  batch {batch.Sequence} lacks {batch.MissingCount} of its {batch.Events} events: {Some(batch.Missing)}"));
        foreach (var line in lines.Take(MaxLines))
            output.WriteLine(line);
        var more = sender.MissingBatches.Count + sender.Incomplete.Count - MaxLines;
        if (more > 0)
            output.WriteLine($"  and {more} more such lines: --json has them all");
    }

    private static IEnumerable<string> Summary(AuditReport report)
    {
        yield return $"messages {report.Messages}; events {report.Senders.Sum(sender => sender.Events)} in batches"
            + $" {report.Senders.Sum(sender => sender.Batches)} of senders {report.Senders.Count};"
            + $" plain events {report.PlainEvents}; duplicates {Describe(report.Duplicates)}";
        if (report.Outside > 0)
            yield return $"of batches outside of the window, and not judged: {report.Outside}";
        if (report.IdsKept is { } kept)
        {
            yield return $"only the last {kept} message ids were kept: bodies of older duplicates were not compared, older"
                + " duplicates of plain events not found";
        }

        if (report.DeadLetters is { Total: > 0 } dead)
            yield return Describe(dead, report);
        if (report.Problems.Count == 0)
            yield return "nothing is missing";
    }

    private static string Describe(DuplicateCounts duplicates) => duplicates.Total == 0
        ? "0"
        : $"{duplicates.Total} ({duplicates.Identical} identical, {duplicates.Uncompared} not compared,"
            + $" {duplicates.Altered} altered)";

    private static string Describe(DeadLetterCounts dead, AuditReport report) =>
        $"dead letters {dead.Total} ({string.Join(", ", dead.Reasons.Select(reason => $"{reason.Key} {reason.Value}"))})"
        + $": batches {report.Senders.Sum(sender => sender.DeadBatches)},"
        + $" single events {report.Senders.Sum(sender => sender.DeadEvents)},"
        + $" outside of what was seen {dead.Outside}, naming no batch {dead.Unidentified}";

    private static string Some(IReadOnlyList<SequenceRange> ranges) =>
        string.Join(", ", ranges.Take(MaxLines)) + (ranges.Count > MaxLines ? ", ..." : "");

    private static string Row(string sender, params ReadOnlySpan<string> numbers)
    {
        var row = sender.PadRight(24);
        foreach (var number in numbers)
            row += string.Create(CultureInfo.InvariantCulture, $"  {number,10}");
        return row;
    }
}
