using Telemetry.Wire;

namespace Bridge.Tools.Audit;

/// <summary>
/// The part of an audit's report about one sender. Every sequence from first to last is published, dead-lettered or missing.
/// </summary>
internal sealed record SenderReport
{
    /// <summary>The sender.</summary>
    public required SenderId Sender { get; init; }

    /// <summary>The first sequence that was expected.</summary>
    public required uint First { get; init; }

    /// <summary>The last sequence that was seen. A loss after it cannot be found.</summary>
    public required uint Last { get; init; }

    /// <summary>Batches with at least one published event.</summary>
    public required long Batches { get; init; }

    /// <summary>Batches that have only dead letters.</summary>
    public required long DeadBatches { get; init; }

    /// <summary>Sequences of batches without any event or dead letter.</summary>
    public required IReadOnlyList<SequenceRange> MissingBatches { get; init; }

    /// <summary>Batches that lack events.</summary>
    public required IReadOnlyList<IncompleteBatch> Incomplete { get; init; }

    /// <summary>Distinct published events.</summary>
    public required long Events { get; init; }

    /// <summary>Dead letters that are single events.</summary>
    public required long DeadEvents { get; init; }

    /// <summary>Duplicates of published events.</summary>
    public required DuplicateCounts Duplicates { get; init; }

    /// <summary>Number of missing batches.</summary>
    public long MissingBatchCount => MissingBatches.Sum(range => range.Count);

    /// <summary>Number of events that incomplete batches lack.</summary>
    public long MissingEventCount => Incomplete.Sum(batch => batch.MissingCount);
}

/// <summary>A batch that lacks events.</summary>
/// <param name="Sequence">Number of the batch.</param>
/// <param name="Events">Number of events in the batch.</param>
/// <param name="Missing">Ordinals, from 0, of the missing events.</param>
internal sealed record IncompleteBatch(uint Sequence, uint Events, IReadOnlyList<SequenceRange> Missing)
{
    /// <summary>Number of missing events.</summary>
    public long MissingCount => Missing.Sum(range => range.Count);
}
