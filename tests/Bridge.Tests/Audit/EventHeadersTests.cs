using Bridge.Tests.Support;

namespace Bridge.Tests.Audit;

/// <summary>What published events carry, so that a loss can be seen.</summary>
public sealed class EventHeadersTests
{
    [Fact]
    public async Task Events_name_sender_sequence_and_number_and_share_their_headers()
    {
        await using var receiver = new RunningReceiver();
        receiver.Queue.Put(Messages.Of([Messages.Event(1), "no JSON", Messages.Event(2)], sequence: 7)[0]);
        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        var events = receiver.Publisher.Confirmed.Where(message => message.Exchange.Length > 0).Select(message => message.Properties.Headers).ToList();
        Assert.Equal(2, events.Count);
        Assert.True(events[0] == events[1], "the same array");
        Assert.Equal(Seen.Sender.ToString(), events[0].Single(header => header.Name == "x-telemetry-sender").Text);
        Assert.Equal(7, events[0].Single(header => header.Name == "x-telemetry-sequence").Number);
        Assert.Equal(3, events[0].Single(header => header.Name == "x-telemetry-events").Number);

        // The refused one too: it is how an audit knows which of them it is.
        var dead = Assert.Single(receiver.Publisher.InQueue("telemetry.dead"));
        Assert.Equal(7, dead.Properties.Headers.Single(header => header.Name == "x-telemetry-sequence").Number);
        Assert.EndsWith("-1", dead.Properties.MessageId, StringComparison.Ordinal);
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
