using Bridge.Core.Reassembly;

namespace Bridge.Tests.Assemble;

/// <summary>Which batches give way, and when a round of the queue is over.</summary>
public sealed class DeferralRoundsTests
{
    private const ulong Quarter = 1UL << 62;

    private readonly DeferralRounds _rounds = new(firstNumber: 100);

    [Fact]
    public void The_first_chunks_that_gave_way_end_the_round_when_they_come_back()
    {
        Assert.Equal(100, _rounds.Defer(chunks: 2, nearest: 3 * Quarter));
        Assert.Equal(101, _rounds.Defer(chunks: 2, nearest: 2 * Quarter));

        Assert.False(_rounds.NoteArrival(deferral: null));
        Assert.True(_rounds.NoteArrival(deferral: 100));
    }

    [Fact]
    public void Each_round_begins_where_the_last_had_no_more_room()
    {
        _rounds.Defer(chunks: 2, nearest: 3 * Quarter);
        _rounds.Defer(chunks: 2, nearest: 2 * Quarter);
        _rounds.Next();
        Assert.Equal(2 * Quarter, _rounds.Cursor);

        // 101 was deferred in the round before: its coming back ends nothing.
        _rounds.Defer(chunks: 1, nearest: 3 * Quarter);
        Assert.False(_rounds.NoteArrival(deferral: 101));
        Assert.True(_rounds.NoteArrival(deferral: 102));
        _rounds.Next();

        Assert.Equal(Quarter, _rounds.Cursor);
        Assert.Equal(ulong.MaxValue, _rounds.Nearest);
    }

    [Fact]
    public void Chunks_are_away_until_all_of_the_last_deferral_are_back()
    {
        Assert.False(_rounds.AreAnyAway);
        _rounds.Defer(chunks: 1, nearest: 1);
        _rounds.Defer(chunks: 2, nearest: 1);

        foreach (var (deferral, areAnyAway) in ((long, bool)[])[(100, true), (101, true), (101, false)])
        {
            _rounds.NoteArrival(deferral);
            Assert.Equal(areAnyAway, _rounds.AreAnyAway);
        }
    }

    [Theory]
    [InlineData(99)]
    [InlineData(101)]
    public void What_another_replica_has_deferred_ends_nothing(long deferral)
    {
        _rounds.Defer(chunks: 1, nearest: 1);

        Assert.False(_rounds.IsOwn(deferral));
        Assert.False(_rounds.NoteArrival(deferral));
        Assert.True(_rounds.AreAnyAway);
    }

    [Fact]
    public void Rounds_are_fruitless_until_a_batch_is_whole()
    {
        _rounds.Next();
        _rounds.Next();
        Assert.Equal(2, _rounds.Fruitless);
        _rounds.NoteCompletion();
        Assert.Equal(0, _rounds.Fruitless);
    }
}
