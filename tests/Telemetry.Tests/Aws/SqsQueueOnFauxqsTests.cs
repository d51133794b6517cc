using System.Text;
using Telemetry.Aws;
using Telemetry.Queues;

namespace Telemetry.Tests.Aws;

/// <summary>What the shared contract does not ask: SQS's own limits, attributes and errors.</summary>
[Collection(FauxqsCollection.Name)]
public sealed class SqsQueueOnFauxqsTests(FauxqsFixture fauxqs)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private static CancellationToken Bound => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(1_024)]
    [InlineData(262_144)]
    [InlineData(1_048_576)]
    public async Task The_limit_is_the_queues_own_and_holds_to_the_byte(int maximumMessageSize)
    {
        await using var queue = await OpenAsync(maximumMessageSize);
        Assert.Equal(QueueLimits.ForSqs(maximumMessageSize), await queue.GetLimitsAsync(Bound));

        // Two bytes a letter: the limit counts bytes.
        var longest = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("é", maximumMessageSize / 2)));
        await queue.SendAsync([longest], Bound);
        Assert.Equal(longest, Assert.Single(await queue.ReceiveAsync(1, Lease, TimeSpan.Zero, Bound)).Text.ToArray());

        var error = await Assert.ThrowsAsync<QueueException>(
            () => queue.SendAsync(["{}"u8.ToArray(), new byte[maximumMessageSize + 1]], Bound));
        Assert.Contains("message 2 of 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await queue.GetDepthAsync(Bound));
    }

    [Fact]
    public async Task Two_full_messages_go_in_two_calls()
    {
        await using var queue = await OpenAsync();
        var text = Enumerable.Repeat((byte)'A', 262_144).ToArray();

        await queue.SendAsync([text, text], Bound);

        Assert.Equal(2, await queue.GetDepthAsync(Bound));
    }

    [Fact]
    public async Task A_character_that_xml_does_not_know_is_refused_with_the_reason()
    {
        await using var queue = await OpenAsync();

        var error = await Assert.ThrowsAsync<QueueException>(
            () => queue.SendAsync(["a\0"u8.ToArray(), "{}"u8.ToArray()], Bound));

        Assert.Equal("InvalidMessageContents", error.Failure.Code);
        Assert.Contains("1 of 2 messages were stored", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fifo_queue_is_refused_as_such_before_anything_is_sent()
    {
        var name = $"q-{Guid.NewGuid():N}.fifo";
        var url = await fauxqs.Server.CreateQueueAsync(
            name, attributes: new Dictionary<string, string>(StringComparer.Ordinal) { ["FifoQueue"] = "true" });
        Assert.True(QueueEndpoint.TryParse(url.ToString(), "sqs", null, out var endpoint, out _));
        await using var sender = new SqsQueueConnector().OpenSender(endpoint, TimeProvider.System);

        var error = await Assert.ThrowsAsync<QueueException>(() => sender.SendAsync(["{}"u8.ToArray()], Bound));

        Assert.Contains("is a FIFO queue", error.Message, StringComparison.Ordinal);
        Assert.Contains("use a standard queue", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("200", error.Message.Replace(name, "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.False(error.Failure.IsTransient);
    }

    [Fact]
    public async Task Depth_counts_visible_delayed_and_leased_messages()
    {
        await using var queue = await OpenAsync();
        await queue.SendAsync(["1"u8.ToArray(), "2"u8.ToArray(), "3"u8.ToArray()], Bound);
        var message = Assert.Single(await queue.ReceiveAsync(1, Lease, TimeSpan.Zero, Bound));

        Assert.Equal(3, await queue.GetDepthAsync(Bound));
        Assert.Empty(await queue.DeleteAsync([message], Bound));
        Assert.Equal(2, await queue.GetDepthAsync(Bound));
    }

    [Fact]
    public async Task The_connector_opens_both_halves_of_one_queue()
    {
        var endpoint = fauxqs.NewQueue();
        var connector = new SqsQueueConnector();
        await using var receiver = connector.OpenReceiver(endpoint, TimeProvider.System);
        await using var sender = connector.OpenSender(endpoint, TimeProvider.System);

        await receiver.CreateIfMissingAsync(Bound);
        await receiver.CreateIfMissingAsync(Bound);
        await sender.SendAsync(["{}"u8.ToArray()], Bound);

        Assert.Single(await receiver.ReceiveAsync(10, Lease, TimeSpan.Zero, Bound));
    }

    private async Task<SqsQueue> OpenAsync(int maximumMessageSize = 262_144) =>
        new(await fauxqs.CreateQueueAsync(maximumMessageSize), TimeProvider.System);
}
