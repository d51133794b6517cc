using System.Buffers;
using System.Collections.Immutable;
using Bridge.Core.Running;
using Telemetry.Wire;

namespace Bridge.Core.Sources;

/// <summary>What a source offers, together with what settles it.</summary>
/// <param name="Payload">What it holds.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Settlement">Called exactly once.</param>
internal sealed record Delivery(Payload Payload, DeliveryOrigin Origin, ISettlement Settlement)
{
    /// <summary>
    /// True when no other replica can get the delivery. It is then repeated here while the broker does not take it, and its settlement
    /// sees a retry only when it was withdrawn or failed unexpectedly.
    /// </summary>
    public bool IsRepeatedHere { get; init; }

    /// <summary>
    /// Memory that the source has reserved for it, released when the payload is not needed any more; null lets the sink reserve the
    /// payload's length.
    /// </summary>
    public ByteBudget.Reservation? Room { get; init; }

    /// <summary>Cancelled when the source wants the delivery back: the work ends, and the outcome is a retry without delay.</summary>
    public CancellationToken Withdrawn { get; init; }
}

/// <summary>The forms in which a source has events.</summary>
internal abstract record Payload
{
    /// <summary>Bytes of memory that it takes.</summary>
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
    /// <param name="Messages">The queue messages that it came in. They become the dead letters of a batch that cannot be opened.</param>
    internal sealed record SealedBatch(
        ChunkHeader Header, ReadOnlySequence<byte> Sealed, IReadOnlyList<ISealedMessage> Messages) : Payload
    {
        public override long Length => Sealed.Length;
    }

    /// <summary>What the source itself could not read or put together.</summary>
    /// <param name="Refusal">Why.</param>
    /// <param name="Messages">What is dead-lettered.</param>
    internal sealed record Refused(Refusal Refusal, IReadOnlyList<ISealedMessage> Messages) : Payload
    {
        public override long Length => Messages.Sum(message => (long)message.Bytes.Length);
    }
}

/// <summary>A chunk or a batch as it came in one message. Disposed when its bytes are not read any more.</summary>
internal interface ISealedMessage : IDisposable
{
    /// <summary>Identity, the same on every redelivery.</summary>
    string MessageId { get; }

    /// <summary>Header and slice.</summary>
    ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The address of the source that it came from.</summary>
    string Source { get; }

    /// <summary>How often the source had delivered it, from 1.</summary>
    long Attempt { get; }
}

/// <summary>Where a delivery comes from.</summary>
/// <param name="Source">Its source.</param>
/// <param name="Id">The source's identity of it: the same on every redelivery.</param>
/// <param name="Attempt">How often the source has delivered it, from 1.</param>
internal sealed record DeliveryOrigin(SourceName Source, string Id, long Attempt)
{
    /// <summary>When the source accepted it, by the source's clock; null where that is not known.</summary>
    public DateTimeOffset? EnqueuedAt { get; init; }

    /// <summary>Of a plain event: the trace that came beside it; null without one.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Of a plain event: further texts that came beside it, by name.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = ImmutableDictionary<string, string>.Empty;
}
