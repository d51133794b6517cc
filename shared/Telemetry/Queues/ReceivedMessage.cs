using System.Collections.Immutable;

namespace Telemetry.Queues;

/// <summary>A message under lease.</summary>
public sealed record ReceivedMessage
{
    /// <summary>The cloud's identity of the message: the same on every delivery.</summary>
    public required string Id { get; init; }

    /// <summary>Proof of the lease (pop receipt, receipt handle); a renewal may replace it.</summary>
    public required string Receipt { get; init; }

    /// <summary>The text as the queue stored it, UTF-8.</summary>
    public required ReadOnlyMemory<byte> Text { get; init; }

    /// <summary>Deliveries so far, this one included; from 1.</summary>
    public required long ReceiveCount { get; init; }

    /// <summary>When the queue accepted the message, by the cloud's clock.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>
    /// <see cref="TimeProvider.GetTimestamp"/> from before the request that took or renewed the lease:
    /// the lease has ended no earlier than this plus its length, whatever the network took.
    /// </summary>
    public required long LeaseStart { get; init; }

    /// <summary>How long the lease lasts, counted from <see cref="LeaseStart"/>; null where the receiver does not tell.</summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>The sender's <c>traceparent</c>, where it travels beside the text; else null.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Further texts that travel beside the text, by name: SQS's message attributes of type String and Number.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Its length in bytes and its identity; never the text.</summary>
    public override string ToString() => $"message {Id} ({Text.Length} bytes, delivery {ReceiveCount})";
}
