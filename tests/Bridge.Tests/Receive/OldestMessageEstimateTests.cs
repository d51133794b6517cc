using Bridge.CloudQueues;
using Telemetry.Queues;

namespace Bridge.Tests.Receive;

public sealed class OldestMessageEstimateTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void What_waits_behind_a_receive_that_took_all_came_after_it()
    {
        var front = new OldestMessageEstimate(_clock);
        var before = Now;
        front.Note(_clock.GetUtcNow(), [], isFull: false);
        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(300, front.Age(depth: 7, Now));
        Assert.Equal(0, front.Age(depth: 0, Now));
        Assert.Equal(0, front.Age(depth: -1, Now));

        // Counted before all was taken: none of it waits any more.
        Assert.Equal(0, front.Age(depth: 7, before));
    }

    [Fact]
    public void A_backlog_is_as_old_as_what_came_out_of_it_last()
    {
        var front = new OldestMessageEstimate(_clock);
        var now = _clock.GetUtcNow();

        front.Note(now, [EnqueuedAt(now - TimeSpan.FromHours(2)), EnqueuedAt(now - TimeSpan.FromHours(1))], isFull: true);

        Assert.Equal(TimeSpan.FromHours(2).TotalSeconds, front.Age(depth: 1, Now));
    }

    private long Now => _clock.GetUtcNow().UtcTicks;

    private static ReceivedMessage EnqueuedAt(DateTimeOffset time) => new()
    {
        Id = "id",
        Receipt = "receipt",
        Text = "text"u8.ToArray(),
        ReceiveCount = 1,
        EnqueuedAt = time,
        LeaseStart = 0,
    };
}
