using Bridge.Core.DeadLetters;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;

namespace Bridge.Hosting.Status;

/// <summary>
/// Reads what the status page shows of projects that this one does not reference. The program supplies the delegates; all but
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

    /// <summary>Returns the broker's last observed state. The broker is observed only while this is called regularly.</summary>
    public required Func<WatchedBroker> WatchBroker { get; init; }

    /// <summary>Returns why the broker blocks publishers; null when it does not.</summary>
    public required Func<string?> BlockedReason { get; init; }

    /// <summary>Returns why publishing to the broker fails; null when it works or the reason is not known.</summary>
    public required Func<string?> PublishingFault { get; init; }

    /// <summary>
    /// Returns for each partition, by its number, what this replica holds and when the last chunk arrived here. Empty before the
    /// partitions are consumed.
    /// </summary>
    public required Func<IReadOnlyList<(IncompleteBatches Incomplete, DateTimeOffset? LastArrival)>> Partitions { get; init; }

    /// <summary>Reads the oldest dead letters.</summary>
    public required Func<CancellationToken, Task<ShownLetters>> ReadDeadLettersAsync { get; init; }
}

/// <summary>One setting as it is shown.</summary>
internal sealed record Setting(string Name, string Value);
