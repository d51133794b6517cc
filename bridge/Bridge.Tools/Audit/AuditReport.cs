namespace Bridge.Tools.Audit;

/// <summary>The result of an audit.</summary>
internal sealed record AuditReport
{
    /// <summary>The senders, ordered by their start.</summary>
    public required IReadOnlyList<SenderReport> Senders { get; init; }

    /// <summary>Messages read.</summary>
    public required long Messages { get; init; }

    /// <summary>Distinct plain events. They name no sender, so a loss among them cannot be found.</summary>
    public required long PlainEvents { get; init; }

    /// <summary>Duplicates of plain events.</summary>
    public required DuplicateCounts PlainDuplicates { get; init; }

    /// <summary>Events whose headers contradict each other.</summary>
    public required long Unreadable { get; init; }

    /// <summary>Events of batches before the window or after it.</summary>
    public required long Outside { get; init; }

    /// <summary>Events that were not tracked because the audit's memory was full.</summary>
    public required long NotFollowed { get; init; }

    /// <summary>Messages of the queue that were not read because the limit on held bytes was reached.</summary>
    public long Unread { get; init; }

    /// <summary>How many identities were kept; null when all were.</summary>
    public required int? IdsKept { get; init; }

    /// <summary>The dead letters read.</summary>
    public required DeadLetterCounts DeadLetters { get; init; }

    /// <summary>Missing batches of all senders.</summary>
    public long MissingBatches => Senders.Sum(sender => sender.MissingBatchCount);

    /// <summary>Missing events of batches that were seen.</summary>
    public long MissingEvents => Senders.Sum(sender => sender.MissingEventCount);

    /// <summary>All duplicates.</summary>
    public DuplicateCounts Duplicates
    {
        get
        {
            var all = new DuplicateCounts();
            all.Add(PlainDuplicates);
            foreach (var sender in Senders)
                all.Add(sender.Duplicates);
            return all;
        }
    }

    /// <summary>Why the audit cannot confirm that nothing is missing, one line each; empty when it confirms this.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            var duplicates = Duplicates;
            (string What, long Count)[] all =
            [
                ("missing batches", MissingBatches),
                ("missing events of batches that came in part", MissingEvents),
                ("duplicates with another body than the event that they repeat", duplicates.Altered),
                ("events in the place of another event, as when two senders share an identity", duplicates.Reused),
                ("events with x-telemetry headers that contradict each other", Unreadable),
                ("events not followed, since the audit's memory is full of senders, gaps and incomplete batches", NotFollowed),
                ("messages not read, since no more are held at once (--max-bytes): read parts with --consume --export", Unread),
            ];
            return [.. all.Where(problem => problem.Count > 0).Select(problem => $"{problem.What}: {problem.Count}")];
        }
    }
}
