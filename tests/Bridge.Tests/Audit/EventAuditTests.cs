using Bridge.Tests.Support;
using Bridge.Tools.Audit;
using Telemetry.Wire;

namespace Bridge.Tests.Audit;

public sealed class EventAuditTests
{
    [Fact]
    public void Exactly_what_was_dropped_is_named_whatever_the_order_and_the_duplicates()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var sizes = Enumerable.Range(0, random.Next(3, 60)).Select(_ => (uint)random.Next(1, 12)).ToArray();
            var sent = sizes.SelectMany((events, sequence) => Enumerable.Range(0, (int)events).Select(ordinal => Seen.Event((uint)sequence, (uint)ordinal, events))).ToList();

            // The ends stay: nobody can know of what lies behind them.
            var lostBatches = Enumerable.Range(1, sizes.Length - 2).Where(_ => random.Next(5) == 0).Select(number => (uint)number).ToHashSet();
            var kept = sent.Where(seen => !lostBatches.Contains(seen.Place!.Value.Sequence)).ToList();
            var lostEvents = kept.Where(seen => seen.Place is { Ordinal: > 0 } && random.Next(20) == 0).ToHashSet();
            kept.RemoveAll(lostEvents.Contains);
            var again = kept.Where(_ => random.Next(10) == 0).ToList();
            var arrivals = kept.Concat(again).ToArray();
            random.Shuffle(arrivals);

            var report = Report(new EventAudit(), arrivals);

            var sender = Assert.Single(report.Senders);
            Assert.Equal((0u, (uint)sizes.Length - 1), (sender.First, sender.Last));
            Assert.Equal(lostBatches.Order(), sender.MissingBatches.SelectMany(Numbers));
            Assert.Equal(
                lostEvents.Select(seen => (seen.Place!.Value.Sequence, seen.Place.Value.Ordinal)).Order(),
                sender.Incomplete.SelectMany(batch => batch.Missing.SelectMany(Numbers).Select(ordinal => (batch.Sequence, ordinal))).Order());
            Assert.Equal(sizes.Length, sender.Batches + sender.DeadBatches + sender.MissingBatchCount);
            Assert.Equal((kept.Count, (long)again.Count), (sender.Events, sender.Duplicates.Identical));
            Assert.Equal(lostBatches.Count + lostEvents.Count == 0, report.Problems.Count == 0);
        }
    }

    [Fact]
    public void Senders_are_told_apart_and_plain_events_make_no_gaps()
    {
        var other = new SenderId(1_800_000_000_000, 7);

        var report = Report(new EventAudit(), Seen.Event(5), Seen.Event(9, sender: other), Seen.Plain("a"), Seen.Event(6), Seen.Event(10, sender: other), Seen.Plain("b"), Seen.Plain("a"));

        Assert.Empty(report.Problems);
        Assert.Equal([(Seen.Sender, 5u, 6u), (other, 9u, 10u)], report.Senders.Select(sender => (sender.Sender, sender.First, sender.Last)));
        Assert.Equal((2, 1), (report.PlainEvents, report.PlainDuplicates.Identical));
    }

    [Fact]
    public void Counting_from_zero_finds_what_is_missing_before_the_first()
    {
        var report = Report(new EventAudit(fromZero: true), Seen.Event(3));

        Assert.Equal([new SequenceRange(0, 2)], Assert.Single(report.Senders).MissingBatches);
    }

    [Fact]
    public void A_duplicate_with_another_body_is_an_error_and_one_without_body_is_not()
    {
        var report = Report(new EventAudit(), Seen.Event(0, body: 1), Seen.Event(0, body: null), Seen.Event(1), Seen.Event(1, body: 2));

        var duplicates = Assert.Single(report.Senders).Duplicates;
        Assert.Equal((2, 1, 1), (duplicates.Total, duplicates.Uncompared, duplicates.Altered));
        Assert.Contains("another body", Assert.Single(report.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_batches_in_one_place_are_an_error()
    {
        var report = Report(new EventAudit(), Seen.Event(0, digest: 1), Seen.Event(0, digest: 2));

        Assert.Equal((1, 0), (report.Duplicates.Reused, report.Duplicates.Total));
        Assert.Contains("share an identity", Assert.Single(report.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Beyond_the_identities_kept_a_duplicate_is_still_counted_but_not_compared()
    {
        var report = Report(new EventAudit(ids: 2), Seen.Event(0), Seen.Event(1), Seen.Event(2), Seen.Event(0, body: 9));

        Assert.Equal((1, 0), (report.Duplicates.Uncompared, report.Duplicates.Reused));
        Assert.Equal(2, report.IdsKept);
        Assert.Empty(report.Problems);
    }

    [Fact]
    public void An_audit_that_runs_out_of_room_says_so_and_not_that_nothing_is_missing()
    {
        var audit = new EventAudit(places: 20);
        for (uint sequence = 0; sequence < 10_000; sequence += 2)
            audit.Add(Seen.Event(sequence, events: 2));

        var report = audit.ToReport();

        Assert.True(report.NotFollowed > 4_900);
        Assert.Contains(report.Problems, problem => problem.Contains("not followed", StringComparison.Ordinal));
    }

    [Fact]
    public void Room_is_given_back_when_gaps_close()
    {
        var audit = new EventAudit(places: 2 + (2 * 100));
        for (uint round = 0; round < 50; round++)
        {
            for (uint part = 0; part < 2; part++)
            {
                for (uint number = 0; number < 66; number++)
                    audit.Add(Seen.Event((round * 66) + number, part, events: 2));
            }
        }

        Assert.Equal((0, 0), (audit.ToReport().NotFollowed, audit.ToReport().Problems.Count));
    }

    [Fact]
    public void Dead_letters_explain_a_gap_of_a_batch_and_of_an_event()
    {
        var audit = new EventAudit();
        audit.Add(Seen.Event(0));
        audit.Add(Seen.Event(2, ordinal: 0, events: 2));
        audit.Add(Seen.Event(4));
        Assert.Equal(2, audit.ToReport().MissingBatches);

        audit.AddDead(Seen.Dead("azure-1", Messages.Of([Messages.Event(1)], sequence: 1)[0]));
        audit.AddDead(Seen.DeadEvent(2, ordinal: 1, events: 2));
        audit.AddDead(Seen.DeadEvent(3, ordinal: 0, events: 2));
        audit.AddDead(Seen.DeadEvent(3, ordinal: 1, events: 2));

        var report = audit.ToReport();
        var sender = Assert.Single(report.Senders);
        Assert.Empty(report.Problems);
        Assert.Equal((3, 2, 3), (sender.Batches, sender.DeadBatches, sender.DeadEvents));
    }

    [Fact]
    public void Dead_letters_of_another_time_open_no_gap_and_those_without_a_header_are_counted()
    {
        var audit = new EventAudit();
        audit.Add(Seen.Event(10));
        audit.AddDead(Seen.Dead("azure-1", Messages.Of([Messages.Event(1)], sequence: 2)[0]));
        audit.AddDead(Seen.Dead("azure-2", "noise"u8.ToArray()));
        audit.AddDead(Seen.Dead("azure-3", """{"plain":true}"""u8.ToArray()));

        var report = audit.ToReport();

        Assert.Empty(report.Problems);
        Assert.Equal((3, 1, 1), (report.DeadLetters.Total, report.DeadLetters.Outside, report.DeadLetters.Unidentified));
    }

    [Fact]
    public void A_window_judges_neither_what_began_before_nor_what_comes_behind()
    {
        var audit = new EventAudit();
        audit.Add(Seen.Event(4, ordinal: 1, events: 2));
        audit.Add(Seen.Event(7));
        audit.BeginWindow();

        Assert.False(audit.Add(Seen.Event(6)));
        Assert.True(audit.Add(Seen.Event(9)));
        audit.EndWindow();
        Assert.True(audit.HasMissing);
        Assert.False(audit.Add(Seen.Event(11)));
        Assert.False(audit.Add(Seen.Event(3, sender: new SenderId(1_800_000_000_000, 7))));
        Assert.True(audit.Add(Seen.Event(8)));

        Assert.False(audit.HasMissing);
        var report = audit.ToReport();
        var sender = Assert.Single(report.Senders);
        Assert.Equal((8u, 9u, 2L, 3L), (sender.First, sender.Last, sender.Batches, report.Outside));
        Assert.Empty(report.Problems);
    }

    private static AuditReport Report(EventAudit audit, params SeenEvent[] arrivals)
    {
        foreach (var seen in arrivals)
            audit.Add(seen);
        return audit.ToReport();
    }

    private static IEnumerable<uint> Numbers(SequenceRange range)
    {
        for (long number = range.First; number <= range.Last; number++)
            yield return (uint)number;
    }
}
