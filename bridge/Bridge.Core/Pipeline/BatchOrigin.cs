using System.Collections.Immutable;
using Bridge.Core.Sources;
using Telemetry.Wire;

namespace Bridge.Core.Pipeline;

/// <summary>Where the events of a batch come from.</summary>
/// <param name="Source">The address of the source.</param>
/// <param name="Batch">Its identity: the first part of every event's <c>message_id</c>.</param>
/// <param name="ReceiveCount">How often the source had delivered it, or the most often delivered of its chunks.</param>
internal sealed record BatchOrigin(string Source, string Batch, long ReceiveCount)
{
    /// <summary>The origin of a batch.</summary>
    public static BatchOrigin From(DeliveryOrigin origin, BatchId batch) => new(origin.Source.Address, batch.ToString(), origin.Attempt)
    {
        EnqueuedAt = origin.EnqueuedAt,
        TraceParent = origin.TraceParent,
        Attributes = origin.Attributes,
    };

    /// <summary>When the queue accepted it, or the first of its chunks, by the cloud's clock; null where that is not known.</summary>
    public DateTimeOffset? EnqueuedAt { get; init; }

    /// <summary>Of a plain event: the trace that travelled beside it; null without one.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Of a plain event: further texts that travelled beside it, by name.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = ImmutableDictionary<string, string>.Empty;
}
