using Bridge.Core.DeadLetters;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;

namespace Bridge.Hosting.Status;

/// <summary>
/// What the status page shows of projects that hosting does not reference. The program connects these calls; all but
/// <see cref="ReadDeadLettersAsync"/> answer at once.
/// </summary>
internal sealed record StatusSources
{
    /// <summary>The broker's address without user and password.</summary>
    public required string BrokerAddress { get; init; }

    /// <summary>The exchange that events are published to.</summary>
    public required string Exchange { get; init; }

    /// <summary>The configuration without its secrets, in the order of the data.</summary>
    public required IReadOnlyList<Setting> Settings { get; init; }

    /// <summary>What was last seen of the broker; each call keeps the watch of it awake.</summary>
    public required Func<WatchedBroker> WatchBroker { get; init; }

    /// <summary>Why the broker blocks publishers; null while it does not.</summary>
    public required Func<string?> BlockedReason { get; init; }

    /// <summary>Why the broker cannot be published to; null while it can, or while the reason is not known.</summary>
    public required Func<string?> PublishingFault { get; init; }

    /// <summary>Of each partition, by its number: what is held here, and when a chunk last came here. Empty until they are consumed.</summary>
    public required Func<IReadOnlyList<(IncompleteBatches Incomplete, DateTimeOffset? LastArrival)>> Partitions { get; init; }

    /// <summary>Reads the oldest dead letters.</summary>
    public required Func<CancellationToken, Task<ShownLetters>> ReadDeadLettersAsync { get; init; }
}

/// <summary>One setting as it is shown.</summary>
internal sealed record Setting(string Name, string Value);
