using System.Text.Json;

namespace Bridge.Tools.Audit;

/// <summary>An audit's report for programs: one JSON object.</summary>
internal static class AuditJson
{
    /// <summary>Writes it, with a line feed behind it.</summary>
    public static void Write(AuditReport report, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("complete", report.Problems.Count == 0);
            WriteStrings(json, "problems", report.Problems);
            json.WriteNumber("messages", report.Messages);
            json.WriteNumber("missingBatches", report.MissingBatches);
            json.WriteNumber("missingEvents", report.MissingEvents);
            json.WriteNumber("plainEvents", report.PlainEvents);
            Write(json, "plainDuplicates", report.PlainDuplicates);
            Write(json, "duplicates", report.Duplicates);
            json.WriteNumber("unreadable", report.Unreadable);
            json.WriteNumber("outside", report.Outside);
            json.WriteNumber("notFollowed", report.NotFollowed);
            json.WriteNumber("unread", report.Unread);
            if (report.IdsKept is { } kept)
                json.WriteNumber("idsKept", kept);
            Write(json, report.DeadLetters);
            json.WriteStartArray("senders");
            foreach (var sender in report.Senders)
                Write(json, sender);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void Write(Utf8JsonWriter json, SenderReport sender)
    {
        json.WriteStartObject();
        json.WriteString("sender", sender.Sender.ToString());
        json.WriteNumber("first", sender.First);
        json.WriteNumber("last", sender.Last);
        json.WriteNumber("batches", sender.Batches);
        json.WriteNumber("deadBatches", sender.DeadBatches);
        Write(json, "missing", sender.MissingBatches);
        json.WriteStartArray("incomplete");
        foreach (var batch in sender.Incomplete)
        {
            json.WriteStartObject();
            json.WriteNumber("sequence", batch.Sequence);
            json.WriteNumber("events", batch.Events);
            Write(json, "missing", batch.Missing);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("events", sender.Events);
        json.WriteNumber("deadEvents", sender.DeadEvents);
        Write(json, "duplicates", sender.Duplicates);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<SequenceRange> ranges)
    {
        json.WriteStartArray(name);
        foreach (var range in ranges)
        {
            json.WriteStartObject();
            json.WriteNumber("first", range.First);
            json.WriteNumber("last", range.Last);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, DuplicateCounts duplicates)
    {
        json.WriteStartObject(name);
        json.WriteNumber("identical", duplicates.Identical);
        json.WriteNumber("uncompared", duplicates.Uncompared);
        json.WriteNumber("altered", duplicates.Altered);
        json.WriteNumber("reused", duplicates.Reused);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DeadLetterCounts dead)
    {
        json.WriteStartObject("deadLetters");
        json.WriteNumber("total", dead.Total);
        json.WriteNumber("outside", dead.Outside);
        json.WriteNumber("unidentified", dead.Unidentified);
        json.WriteStartObject("reasons");
        foreach (var (reason, count) in dead.Reasons)
            json.WriteNumber(reason, count);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
