using Telemetry.Wire;

namespace Bridge.Tools.Audit;

/// <summary>What an audit says of one sender. Every sequence from first to last is published, dead-lettered or missing.</summary>
internal sealed record SenderReport
{
    /// <summary>Whose.</summary>
    public required SenderId Sender { get; init; }

    /// <summary>The first sequence looked at.</summary>
    public required uint First { get; init; }

    /// <summary>The last sequence looked at: what was lost behind it cannot be seen.</summary>
    public required uint Last { get; init; }

    /// <summary>Batches of which at least one event was published.</summary>
    public required long Batches { get; init; }

    /// <summary>Batches of which there are dead letters only.</summary>
    public required long DeadBatches { get; init; }

    /// <summary>Sequences of batches of which nothing was seen.</summary>
    public required IReadOnlyList<SequenceRange> MissingBatches { get; init; }

    /// <summary>Batches that lack events.</summary>
    public required IReadOnlyList<IncompleteBatch> Incomplete { get; init; }

    /// <summary>Different events published.</summary>
    public required long Events { get; init; }

    /// <summary>Events that were dead-lettered by themselves.</summary>
    public required long DeadEvents { get; init; }

    /// <summary>Duplicates of events published.</summary>
    public required DuplicateCounts Duplicates { get; init; }

    /// <summary>How many batches are missing.</summary>
    public long MissingBatchCount => MissingBatches.Sum(range => range.Count);

    /// <summary>How many events are missing of batches that were seen.</summary>
    public long MissingEventCount => Incomplete.Sum(batch => batch.MissingCount);
}

/// <summary>A batch that lacks events.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Events">How many it holds.</param>
/// <param name="Missing">Ordinals, from 0, of those that were not seen.</param>
internal sealed record IncompleteBatch(uint Sequence, uint Events, IReadOnlyList<SequenceRange> Missing)
{
    /// <summary>How many are missing.</summary>
    public long MissingCount => Missing.Sum(range => range.Count);
}
