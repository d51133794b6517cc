using System.Collections.Immutable;
using Bridge.Core.Sources;
using Telemetry.Wire;

namespace Bridge.Core.Pipeline;

/// <summary>The origin of a batch's events.</summary>
/// <param name="Source">The address of the source.</param>
/// <param name="Batch">The batch's identity: the first part of every event's <c>message_id</c>.</param>
/// <param name="ReceiveCount">How often the source had delivered the batch; for chunks, the largest of their counts.</param>
internal sealed record BatchOrigin(string Source, string Batch, long ReceiveCount)
{
    /// <summary>Creates the origin of a batch.</summary>
    public static BatchOrigin From(DeliveryOrigin origin, BatchId batch) =>
        new(origin.Source.Address, batch.ToString(), origin.Attempt)
        {
            EnqueuedAt = origin.EnqueuedAt,
            TraceParent = origin.TraceParent,
            Attributes = origin.Attributes,
        };

    /// <summary>
    /// When the queue accepted the batch, or the first of its chunks, by the cloud's clock; null when this is not known.
    /// </summary>
    public DateTimeOffset? EnqueuedAt { get; init; }

    /// <summary>Only for a plain event: the trace in its message's attributes; null without one.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Only for a plain event: the other attributes of its message, by name.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = ImmutableDictionary<string, string>.Empty;
}
