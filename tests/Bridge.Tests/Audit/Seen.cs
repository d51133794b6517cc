using Bridge.Core.DeadLetters;
using Bridge.RabbitMq.DeadLetters;
using Bridge.Tools.Audit;
using RabbitMQ.Client;
using Telemetry.Wire;

namespace Bridge.Tests.Audit;

/// <summary>What an audit is given.</summary>
internal static class Seen
{
    public static readonly SenderId Sender = new(1_700_000_000_000, 42);

    /// <summary>An event of a batch.</summary>
    public static SeenEvent Event(uint sequence, uint ordinal = 0, uint events = 1, SenderId? sender = null, ulong? body = 1, ulong digest = 0) =>
        new(Id(sender ?? Sender, sequence, ordinal, digest), new EventPlace(sender ?? Sender, sequence, ordinal, events), body, IsReadable: true);

    public static SeenEvent Plain(string id, ulong? body = 1) => new(id, null, body, IsReadable: true);

    /// <summary>A dead letter as it is read from the queue.</summary>
    public static KeptDeadLetter Dead(string messageId, ReadOnlyMemory<byte> body, params (string Name, object Value)[] headers) =>
        KeptDeadLetter.From(new BasicGetResult(
            1, false, "", "telemetry.dead", 0,
            new BasicProperties
            {
                MessageId = messageId,
                Headers = headers.Append((DeadLetterHeaders.Reason, "undecryptable")).ToDictionary(header => header.Item1, object? (header) => header.Item2),
            },
            body));

    /// <summary>A dead-lettered event of a batch.</summary>
    public static KeptDeadLetter DeadEvent(uint sequence, uint ordinal, uint events) => Dead(
        Id(Sender, sequence, ordinal, 0),
        "{}"u8.ToArray(),
        ("x-telemetry-events", (long)events));

    private static string Id(SenderId sender, uint sequence, uint ordinal, ulong digest) => $"{new BatchId(sender, sequence, digest)}-{ordinal}";
}
