using System.Collections.Immutable;
using Bridge.Publish;
using Telemetry.Codec;

namespace Bridge.Deliver;

/// <summary>The headers that the events of a batch share.</summary>
internal static class EventHeaders
{
    /// <summary>The cloud queue's URL that the batch came from.</summary>
    public const string Source = "x-telemetry-source";

    /// <summary>The batch's identity: the first part of every event's <c>message_id</c>.</summary>
    public const string Batch = "x-telemetry-batch";

    /// <summary>The sending process, 24 hexadecimal digits. A plain event names no sender and carries neither this nor the next two.</summary>
    public const string Sender = "x-telemetry-sender";

    /// <summary>The sender's batch counter, from 0: a gap shows loss.</summary>
    public const string Sequence = "x-telemetry-sequence";

    /// <summary>
    /// Events of the batch, refused ones included: with the last part of <c>message_id</c>, from 0, it shows which of them are missing.
    /// </summary>
    public const string Events = "x-telemetry-events";

    /// <summary>Headers of a batch's events; built once a batch.</summary>
    /// <param name="origin">Where it came from.</param>
    /// <param name="batch">Its sender's own name for it.</param>
    /// <param name="events">How many events it holds.</param>
    public static ImmutableArray<MessageHeader> Of(BatchOrigin origin, BatchId batch, int events) =>
    [
        .. OfPlain(origin),
        new(Sender, batch.Sender.ToString()),
        new(Sequence, batch.Sequence),
        new(Events, events),
    ];

    /// <summary>Headers of a plain event.</summary>
    public static ImmutableArray<MessageHeader> OfPlain(BatchOrigin origin) => [new(Source, origin.Source), new(Batch, origin.Batch)];
}
