using Bridge.Core.Pipeline;

namespace Bridge.Tests.Deliver;

public sealed class PartlySettledBatchesTests
{
    [Fact]
    public void However_many_batches_are_settled_meanwhile_one_that_is_not_stays_known()
    {
        var batches = new PartlySettledBatches(words: 4);
        var open = Remember(batches, "open", events: 100);
        open.Confirm(99);
        for (var number = 0; number < 100; number++)
        {
            Remember(batches, $"{number}", events: 100);
            batches.Forget($"{number}");
        }

        Assert.True(batches.GetProgress("open", 100).IsSettled(99));
        Assert.False(batches.GetProgress("open", 100).IsSettled(0));
    }

    [Fact]
    public void Beyond_the_bound_the_oldest_is_forgotten()
    {
        var batches = new PartlySettledBatches(words: 4);
        foreach (var batch in (string[])["first", "second", "third"])
            Remember(batches, batch, events: 128).Confirm(0);

        Assert.Equal(
            [false, true, true], ((string[])["first", "second", "third"]).Select(batch => batches.GetProgress(batch, 128).IsSettled(0)));
    }

    private static BatchProgress Remember(PartlySettledBatches batches, string batch, int events)
    {
        var progress = batches.GetProgress(batch, events);
        batches.Remember(batch, progress);
        return progress;
    }
}
