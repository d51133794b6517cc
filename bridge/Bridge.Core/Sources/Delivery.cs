using System.Buffers;
using System.Collections.Immutable;
using Bridge.Core.Running;
using Telemetry.Wire;

namespace Bridge.Core.Sources;

/// <summary>A payload that a source offers, together with its settlement.</summary>
/// <param name="Payload">The payload.</param>
/// <param name="Origin">The origin of the payload.</param>
/// <param name="Settlement">Called exactly once with the outcome.</param>
internal sealed record Delivery(Payload Payload, DeliveryOrigin Origin, ISettlement Settlement)
{
    /// <summary>
    /// True when no other replica can get the delivery. This replica then retries while the broker does not accept it, and the
    /// outcome is a retry only when the delivery was withdrawn or failed unexpectedly.
    /// </summary>
    public bool IsRepeatedHere { get; init; }

    /// <summary>
    /// Memory that the source has reserved for the payload. The sink releases it when it does not need the payload any more. When
    /// it is null, the sink reserves the payload's length.
    /// </summary>
    public ByteBudget.Reservation? Room { get; init; }

    /// <summary>
    /// Cancelled when the source withdraws the delivery. Its processing ends, and the outcome is a retry without delay.
    /// </summary>
    public CancellationToken Withdrawn { get; init; }
}

/// <summary>The forms in which a source has events.</summary>
internal abstract record Payload
{
    /// <summary>Bytes of memory that the payload takes.</summary>
    public abstract long Length { get; }

    /// <summary>The text of a queue message: a plain event, a batch or a chunk of one.</summary>
    /// <param name="Text">UTF-8, as the queue stored it.</param>
    internal sealed record Message(ReadOnlyMemory<byte> Text) : Payload
    {
        public override long Length => Text.Length;
    }

    /// <summary>A whole sealed batch, in the binary form of the wire format.</summary>
    /// <param name="Header">The header of any of its chunks.</param>
    /// <param name="Sealed">All slices, concatenated.</param>
    /// <param name="Messages">The queue messages of the batch. They become dead letters when the batch cannot be opened.</param>
    internal sealed record Batch(
        ChunkHeader Header, ReadOnlySequence<byte> Sealed, IReadOnlyList<ISealedMessage> Messages) : Payload
    {
        public override long Length => Sealed.Length;
    }

    /// <summary>Messages that the source itself could not read or assemble.</summary>
    /// <param name="Refusal">The reason.</param>
    /// <param name="Messages">The messages to dead-letter.</param>
    internal sealed record Refused(Refusal Refusal, IReadOnlyList<ISealedMessage> Messages) : Payload
    {
        public override long Length => Messages.Sum(message => (long)message.Bytes.Length);
    }
}

/// <summary>A chunk or a batch in one message. It is disposed when its bytes are not read any more.</summary>
internal interface ISealedMessage : IDisposable
{
    /// <summary>Identity of the message, the same on every redelivery.</summary>
    string MessageId { get; }

    /// <summary>Header and slice.</summary>
    ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Address of the message's source.</summary>
    string Source { get; }

    /// <summary>How often the source has delivered the message, from 1.</summary>
    long Attempt { get; }
}

/// <summary>The origin of a delivery.</summary>
/// <param name="Source">The source.</param>
/// <param name="Id">Identity of the delivery in its source, the same on every redelivery.</param>
/// <param name="Attempt">How often the source has delivered it, from 1.</param>
internal sealed record DeliveryOrigin(SourceName Source, string Id, long Attempt)
{
    /// <summary>When the source accepted it, by the source's clock; null when this is not known.</summary>
    public DateTimeOffset? EnqueuedAt { get; init; }

    /// <summary>Only for a plain event: the trace in its message's attributes; null without one.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Only for a plain event: the other attributes of its message, by name.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = ImmutableDictionary<string, string>.Empty;
}
