namespace Bridge.Tools.Audit;

/// <summary>What an audit says.</summary>
internal sealed record AuditReport
{
    /// <summary>The senders, in the order in which they began.</summary>
    public required IReadOnlyList<SenderReport> Senders { get; init; }

    /// <summary>Messages read.</summary>
    public required long Messages { get; init; }

    /// <summary>Different events that name no sender: a loss among them cannot be seen.</summary>
    public required long PlainEvents { get; init; }

    /// <summary>Duplicates of these.</summary>
    public required DuplicateCounts PlainDuplicates { get; init; }

    /// <summary>Events whose headers do not fit together.</summary>
    public required long Unreadable { get; init; }

    /// <summary>Events of batches before the window or after it.</summary>
    public required long Outside { get; init; }

    /// <summary>Events that were not followed for want of memory.</summary>
    public required long NotFollowed { get; init; }

    /// <summary>Messages of the queue that were not read, because the limit on held bytes was reached.</summary>
    public long Unread { get; init; }

    /// <summary>How many identities were kept, when that were not all; else null.</summary>
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

    /// <summary>What keeps the audit from saying that nothing is missing, one line each; empty when it says so.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            var (problems, duplicates) = (new List<string>(), Duplicates);
            Say("missing batches", MissingBatches);
            Say("missing events of batches that came in part", MissingEvents);
            Say("duplicates with another body than the event that they repeat", duplicates.Altered);
            Say("events in the place of another event, as when two senders share an identity", duplicates.Reused);
            Say("events with x-telemetry headers that do not fit together", Unreadable);
            Say("events not followed, because there are too many senders, gaps and incomplete batches for the audit's memory", NotFollowed);
            Say(
                "messages not read, since no more are held at once (--max-bytes): read part by part with --consume --export",
                Unread);
            return problems;

            void Say(string what, long count)
            {
                if (count > 0)
                    problems.Add($"{what}: {count}");
            }
        }
    }
}
