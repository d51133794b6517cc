using Bridge.Tests.Support;

namespace Bridge.Tests.Audit;

/// <summary>What published events carry, so that a loss can be seen.</summary>
public sealed class EventHeadersTests
{
    [Fact]
    public async Task Events_name_batch_and_number_and_share_their_headers()
    {
        await using var receiver = new RunningReceiver();
        receiver.Queue.Put(Messages.Of([Messages.Event(1), "no JSON", Messages.Event(2)], sequence: 7)[0]);
        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        var events = receiver.Publisher.Confirmed.Where(message => message.Exchange.Length > 0).Select(message => message.Properties.Headers).ToList();
        Assert.Equal(2, events.Count);
        Assert.True(events[0] == events[1], "the same array");
        Assert.Equal(["x-telemetry-source", "x-telemetry-batch", "x-telemetry-events"], events[0].Select(header => header.Name));
        Assert.Equal(3, events[0][2].Number);

        // The refused one too: it is how an audit knows which of them it is.
        var dead = Assert.Single(receiver.Publisher.InQueue("telemetry.dead"));
        Assert.Equal(3, dead.Properties.Headers.Single(header => header.Name == "x-telemetry-events").Number);
        Assert.Matches("^[0-9a-f]{24}-7-[0-9a-f]{16}-1$", dead.Properties.MessageId);
    }

    [Fact]
    public async Task A_plain_event_names_no_sender()
    {
        await using var receiver = new RunningReceiver();
        receiver.Queue.Put(Messages.Event(1));
        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        Assert.Equal(
            ["x-telemetry-source", "x-telemetry-batch"],
            Assert.Single(receiver.Publisher.Confirmed).Properties.Headers.Select(header => header.Name));
    }
}
