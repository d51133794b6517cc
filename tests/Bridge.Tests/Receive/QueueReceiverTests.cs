using System.Text;
using Bridge.CloudQueues;
using Bridge.Core.Publishing;
using Bridge.Tests.Support;

namespace Bridge.Tests.Receive;

public sealed class QueueReceiverTests
{
    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Fact]
    public async Task A_message_is_deleted_only_when_all_its_events_are_confirmed()
    {
        await using var receiver = new RunningReceiver();
        receiver.Publisher.HoldAnswers();
        var text = Messages.Of([Messages.Event(1), Messages.Event(2)])[0];
        receiver.Queue.Put(text);

        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Publisher.Begun == 1);
        Assert.Equal([Encoding.UTF8.GetString(text)], receiver.Queue.Texts);

        receiver.Publisher.Answer();
        await receiver.UntilEmptyAsync();
        Assert.Equal([Messages.Event(1), Messages.Event(2)], receiver.Publisher.Events);
    }

    [Theory]
    [InlineData("{}", Trace)]
    [InlineData("""{"traceparent":"the event's own"}""", "the event's own")]
    public async Task Attributes_of_a_plain_message_become_headers_and_its_trace_the_events_unless_it_names_one(string json, string trace)
    {
        await using var receiver = new RunningReceiver();
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["tenant"] = "blue",
            ["CC"] = "elsewhere",
            ["BCC"] = "elsewhere",
            ["x-telemetry-batch"] = "another",
            ["long"] = new string('a', 16 * 1024),
            [new string('n', 256)] = "a name of 256 bytes",
        };
        receiver.Queue.Put(Encoding.UTF8.GetBytes(json), attributes, Trace);
        receiver.Queue.Put(Messages.Of([Messages.Event(1)])[0], attributes, Trace);
        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        var plain = receiver.Publisher.Confirmed.Single(message => Encoding.UTF8.GetString(message.Body.Span) == json).Properties;
        Assert.Equal(["x-telemetry-source", "x-telemetry-batch", "tenant"], plain.Headers.Select(header => header.Name));
        Assert.Equal("blue", plain.Headers[^1].Text);
        Assert.Equal(trace, plain.TraceParent);
        // The events of a batch have their own.
        var packed = receiver.Publisher.Confirmed.Single(message => Encoding.UTF8.GetString(message.Body.Span) == Messages.Event(1)).Properties;
        Assert.DoesNotContain(packed.Headers, header => header.Name is "tenant");
        Assert.NotEqual(trace, packed.TraceParent);
    }

    [Fact]
    public async Task A_trace_that_is_none_does_not_travel_on()
    {
        await using var receiver = new RunningReceiver();
        receiver.Queue.Put("{}"u8.ToArray(), traceParent: "no trace");
        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        Assert.Null(Assert.Single(receiver.Publisher.Confirmed).Properties.TraceParent);
    }

    [Theory]
    [InlineData(nameof(InMemoryQueue.ReceiveAsync))]
    [InlineData(nameof(InMemoryQueue.DeleteAsync))]
    [InlineData(nameof(InMemoryQueue.ReleaseAsync))]
    [InlineData(nameof(InMemoryQueue.GetDepthAsync))]
    public async Task What_nobody_foresaw_ends_no_loop(string operation)
    {
        await using var receiver = new RunningReceiver();
        var failures = 2;
        receiver.Queue.OnCall = name =>
        {
            if (name == operation && Interlocked.Decrement(ref failures) >= 0)
                throw new InvalidOperationException("a defect");
        };
        receiver.Publisher.Failures = 3;
        receiver.Queue.Put(Messages.Of([Messages.Event(1)])[0]);
        await receiver.StartAsync();

        await RunningReceiver.UntilAsync(() =>
        {
            receiver.Clock.Advance(TimeSpan.FromSeconds(1));
            receiver.Queue.ExpireLeases();
            return receiver.Queue.Texts.Count == 0 && failures < 0;
        });

        Assert.Equal([Messages.Event(1)], receiver.Publisher.Events);
        Assert.False(receiver.HasEnded);
    }

    [Fact]
    public async Task A_renewal_that_fails_in_an_unforeseen_way_keeps_the_others_renewed()
    {
        await using var receiver = new RunningReceiver();
        var failures = 2;
        receiver.Queue.OnCall = name =>
        {
            if (name == nameof(InMemoryQueue.RenewAsync) && Interlocked.Decrement(ref failures) >= 0)
                throw new InvalidOperationException("a defect");
        };
        receiver.Publisher.HoldAnswers();
        receiver.Queue.Put(Messages.Of([Messages.Event(1)])[0]);
        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Publisher.Begun == 1);

        await RunningReceiver.UntilAsync(() =>
        {
            receiver.Clock.Advance(TimeSpan.FromSeconds(1));
            return receiver.Queue.Renewals > 1;
        });
    }

    [Fact]
    public async Task What_could_not_be_published_is_given_back_and_published_when_it_comes_again()
    {
        await using var receiver = new RunningReceiver();
        receiver.Publisher.Failures = 1;
        receiver.Queue.Put(Messages.Of([Messages.Event(1)])[0]);

        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Queue.Releases.Count == 1);
        Assert.Single(receiver.Queue.Texts);
        Assert.InRange(receiver.Queue.Releases[0], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

        receiver.Queue.ExpireLeases();
        await receiver.UntilEmptyAsync();
        Assert.Equal([Messages.Event(1)], receiver.Publisher.Events);
    }

    [Theory]
    [InlineData("", "malformed")]
    [InlineData("neither JSON nor Base64", "malformed")]
    [InlineData("bm9pc2UgYW5kIG5vIGNodW5r", "malformed")]
    [InlineData("{\"unfinished\":", "malformed")]
    public async Task What_cannot_be_read_is_kept_raw_with_its_reason_and_the_next_message_is_not_affected(string text, string reason)
    {
        await using var receiver = new RunningReceiver();
        receiver.Queue.Put(text);
        receiver.Queue.Put(Messages.Of([Messages.Event(1)])[0]);

        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        var dead = Assert.Single(receiver.Publisher.InQueue(BridgeQueues.Dead));
        Assert.Equal(text, Encoding.UTF8.GetString(dead.Body.Span));
        Assert.Equal(reason, dead.Properties.Headers.Single(header => header.Name == "x-dead-reason").Text);
        Assert.Equal(receiver.Queue.Endpoint.ToString(), dead.Properties.Headers.Single(header => header.Name == "x-dead-source").Text);
        Assert.Equal(1, dead.Properties.Headers.Single(header => header.Name == "x-dead-receive-count").Number);
        Assert.Equal([Messages.Event(1)], receiver.Publisher.Events);
    }

    [Fact]
    public async Task A_message_whose_dead_letter_is_not_taken_waits_with_its_lease_until_it_is()
    {
        await using var receiver = new RunningReceiver(new ReceiveOptions { Lease = TimeSpan.FromSeconds(30) });
        receiver.Publisher.Refuse = ToDeadQueue(PublishRefusalReason.Nacked);
        receiver.Queue.Put("noise");

        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Stuck.Count == 1);
        Assert.Contains("telemetry.dead", receiver.Stuck.Reason, StringComparison.Ordinal);
        await receiver.AdvanceUntilAsync(() => receiver.Queue.Renewals >= 2);
        Assert.Equal(["noise"], receiver.Queue.Texts);
        Assert.Empty(receiver.Queue.Releases);

        receiver.Publisher.Refuse = _ => null;
        await receiver.AdvanceUntilAsync(() => receiver.Queue.Texts.Count == 0);
        Assert.Equal("noise", Encoding.UTF8.GetString(Assert.Single(receiver.Publisher.InQueue(BridgeQueues.Dead)).Body.Span));
        await RunningReceiver.UntilAsync(() => receiver.Stuck.Count == 0 && receiver.Stuck.Bytes == 0);
    }

    [Theory]
    [InlineData(nameof(PublishRefusalReason.Nacked))]
    [InlineData(nameof(PublishRefusalReason.Unroutable))]
    [InlineData(nameof(PublishRefusalReason.Rejected))]
    public async Task A_bad_event_that_cannot_be_dead_lettered_waits_alone_and_the_rest_of_its_batch_is_published_once(
        string reason)
    {
        await using var receiver = new RunningReceiver(new ReceiveOptions { MaxDeliveries = 5 });
        receiver.Publisher.Refuse = ToDeadQueue(Enum.Parse<PublishRefusalReason>(reason));
        receiver.Queue.Put(Messages.Of([Messages.Event(1), """{"number":2,""", Messages.Event(3)])[0]);
        receiver.Queue.Put(Messages.Of([Messages.Event(4)], sequence: 1)[0]);

        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Stuck.Count == 1 && receiver.Queue.Texts.Count == 1);
        var before = receiver.Publisher.Begun;
        await receiver.AdvanceUntilAsync(() => receiver.Publisher.Begun >= before + 8);
        Assert.Equal(
            [Messages.Event(1), Messages.Event(3), Messages.Event(4)], receiver.Publisher.Events.Order(StringComparer.Ordinal));
        Assert.Empty(receiver.Queue.Releases);

        receiver.Publisher.Refuse = _ => null;
        await receiver.AdvanceUntilAsync(() => receiver.Queue.Texts.Count == 0);
        Assert.Equal(
            """{"number":2,""", Encoding.UTF8.GetString(Assert.Single(receiver.Publisher.InQueue(BridgeQueues.Dead)).Body.Span));
        Assert.Equal(3, receiver.Publisher.Events.Count);
    }

    [Fact]
    public async Task What_was_confirmed_before_a_connection_was_lost_is_not_published_again()
    {
        await using var receiver = new RunningReceiver();
        (receiver.Publisher.Failures, receiver.Publisher.ConfirmedBeforeFailure) = (2, 2);
        receiver.Queue.Put(Messages.Of(Enumerable.Range(0, 5).Select(number => Messages.Event(number)))[0]);

        await receiver.StartAsync();
        for (var delivery = 1; delivery <= 2; delivery++)
        {
            await RunningReceiver.UntilAsync(() => receiver.Queue.Releases.Count == delivery);
            receiver.Queue.ExpireLeases();
        }

        await receiver.UntilEmptyAsync();
        Assert.Equal(Enumerable.Range(0, 5).Select(number => Messages.Event(number)), receiver.Publisher.Events);
    }

    [Fact]
    public async Task More_than_may_wait_go_back_without_their_settled_part_and_without_being_given_up_and_others_flow()
    {
        const int Bad = 200;
        await using var receiver = new RunningReceiver(new ReceiveOptions { MaxDeliveries = 5, Lease = TimeSpan.FromHours(1) });
        receiver.Publisher.Refuse = ToDeadQueue(PublishRefusalReason.Nacked);
        var large = new string('x', 30_000);
        for (uint batch = 0; batch < Bad; batch++)
            receiver.Queue.Put(Messages.Of([Messages.Event((int)batch), $$"""{"{{batch}}":"{{large}}"""], sequence: batch)[0]);

        await receiver.StartAsync();
        await receiver.AdvanceUntilAsync(() => receiver.Queue.Releases.Count >= 2 * Bad);
        Assert.InRange(receiver.Stuck.Bytes, 1, RunningReceiver.BudgetBytes / 2);
        receiver.Queue.Put(Messages.Of([Messages.Event(Bad)], sequence: Bad)[0]);
        await receiver.AdvanceUntilAsync(() => receiver.Publisher.Events.Count == Bad + 1);
        Assert.Equal(Bad + 1, receiver.Publisher.Events.Distinct(StringComparer.Ordinal).Count());

        receiver.Publisher.Refuse = _ => null;
        await receiver.AdvanceUntilAsync(() => receiver.Queue.Texts.Count == 0);
        Assert.Equal(Bad + 1, receiver.Publisher.Events.Count);
        Assert.All(receiver.Publisher.InQueue(BridgeQueues.Dead), dead =>
            Assert.Equal("malformed", dead.Properties.Headers.Single(header => header.Name == "x-dead-reason").Text));
    }

    [Fact]
    public async Task A_stop_gives_back_what_waits()
    {
        await using var receiver = new RunningReceiver();
        receiver.Publisher.Refuse = ToDeadQueue(PublishRefusalReason.Nacked);
        receiver.Queue.Put("noise");
        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Stuck.Count == 1);

        await receiver.StopAsync(new CancellationToken(canceled: true));

        Assert.Equal([TimeSpan.Zero], receiver.Queue.Releases);
        Assert.Equal((0, 0), (receiver.Stuck.Count, receiver.Stuck.Bytes));
    }

    [Theory]
    [InlineData(nameof(PublishRefusalReason.Nacked))]
    [InlineData(nameof(PublishRefusalReason.Unroutable))]
    public async Task A_chunk_whose_partition_takes_none_waits_and_others_flow(string reason)
    {
        await using var receiver = new RunningReceiver();
        receiver.Publisher.Refuse = message => message.Exchange.Length == 0 ? Enum.Parse<PublishRefusalReason>(reason) : null;
        receiver.Queue.Put(Chunks()[0]);
        receiver.Queue.Put(Messages.Of([Messages.Event(1)], sequence: 1)[0]);

        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Stuck.Count == 1 && receiver.Publisher.Events.Count == 1);
        Assert.Contains("telemetry.chunks.", receiver.Stuck.Reason, StringComparison.Ordinal);
        Assert.Empty(receiver.Queue.Releases);

        receiver.Publisher.Refuse = _ => null;
        await receiver.AdvanceUntilAsync(() => receiver.Queue.Texts.Count == 0);
        Assert.Empty(receiver.Publisher.InQueue(BridgeQueues.Dead));
    }

    [Fact]
    public async Task A_chunk_over_the_brokers_limit_is_kept_as_it_came_in_parts()
    {
        await using var receiver = new RunningReceiver();
        receiver.Publisher.MessageBytes = 20_000;
        var text = Chunks()[0];
        receiver.Queue.Put(text);

        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        var parts = receiver.Publisher.InQueue(BridgeQueues.Dead);
        Assert.Equal(text, parts.SelectMany(part => part.Body.ToArray()));
        Assert.All(
            parts,
            part => Assert.Equal("rejected", part.Properties.Headers.Single(header => header.Name == "x-dead-reason").Text));
    }

    [Fact]
    public async Task An_event_that_has_no_queue_is_dead_lettered_alone()
    {
        await using var receiver = new RunningReceiver();
        receiver.Publisher.Refuse = message => message.RoutingKey == "logs.orders.debug" ? PublishRefusalReason.Unroutable : null;
        receiver.Queue.Put(Messages.Of([Messages.Event(1), Messages.Event(2, "debug"), Messages.Event(3)])[0]);

        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        Assert.Equal([Messages.Event(1), Messages.Event(3)], receiver.Publisher.Events);
        var dead = Assert.Single(receiver.Publisher.InQueue(BridgeQueues.Dead));
        Assert.Equal(Messages.Event(2, "debug"), Encoding.UTF8.GetString(dead.Body.Span));
        Assert.Equal("unroutable", dead.Properties.Headers.Single(header => header.Name == "x-dead-reason").Text);
        Assert.Equal("logs.orders.debug", dead.Properties.Headers.Single(header => header.Name == "x-dead-routing-key").Text);
    }

    [Fact]
    public async Task A_batch_that_comes_again_is_dropped_and_published_once()
    {
        await using var receiver = new RunningReceiver();
        var text = Messages.Of([Messages.Event(1)])[0];
        receiver.Queue.Put(text);
        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        receiver.Queue.Put(text);
        await receiver.UntilEmptyAsync();
        Assert.Equal([Messages.Event(1)], receiver.Publisher.Events);
    }

    [Fact]
    public async Task What_was_dead_lettered_is_read_anew_when_it_is_sent_back()
    {
        await using var receiver = new RunningReceiver();
        var text = Messages.Of([Messages.Event(1)], key: new Telemetry.Wire.MasterKey("k1", new byte[32]))[0];
        receiver.Queue.Put(text);
        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        receiver.Queue.Put(text);
        await receiver.UntilEmptyAsync();
        Assert.Equal(2, receiver.Publisher.InQueue(BridgeQueues.Dead).Count);
    }

    [Fact]
    public async Task A_message_that_fails_at_every_delivery_is_kept_as_failed_in_the_end()
    {
        await using var receiver = new RunningReceiver(new ReceiveOptions { MaxDeliveries = 5 });
        receiver.Publisher.Failures = 5;
        var text = Messages.Of([Messages.Event(1)])[0];
        receiver.Queue.Put(text);
        await receiver.StartAsync();
        for (var delivery = 1; delivery < 5; delivery++)
        {
            await RunningReceiver.UntilAsync(() => receiver.Queue.Releases.Count == delivery);
            receiver.Queue.ExpireLeases();
        }

        await receiver.UntilEmptyAsync();
        var dead = Assert.Single(receiver.Publisher.InQueue(BridgeQueues.Dead));
        Assert.Equal(text, dead.Body.ToArray());
        Assert.Equal("failed", dead.Properties.Headers.Single(header => header.Name == "x-dead-reason").Text);
        Assert.Equal(4, receiver.Queue.Releases.Count);
    }

    [Fact]
    public async Task The_same_batch_twice_at_a_time_is_published_once()
    {
        await using var receiver = new RunningReceiver();
        receiver.Publisher.HoldAnswers();
        var text = Messages.Of([Messages.Event(1)])[0];
        receiver.Queue.Put(text);
        receiver.Queue.Put(text);
        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Queue.Releases.Count == 1);

        receiver.Publisher.Answer();
        await RunningReceiver.UntilAsync(() => receiver.Queue.Texts.Count == 1);
        receiver.Queue.ExpireLeases();
        await receiver.UntilEmptyAsync();
        Assert.Equal([Messages.Event(1)], receiver.Publisher.Events);
    }

    [Fact]
    public async Task Nothing_is_received_while_the_broker_cannot_take_it()
    {
        await using var receiver = new RunningReceiver();
        receiver.Publisher.Block();
        receiver.Queue.Put(Messages.Of([Messages.Event(1)])[0]);
        await receiver.StartAsync();
        Assert.Equal(0, receiver.Queue.Receives);

        receiver.Publisher.Unblock();
        await receiver.UntilEmptyAsync();
    }

    [Fact]
    public async Task A_lease_is_renewed_while_the_work_goes_on()
    {
        await using var receiver = new RunningReceiver(new ReceiveOptions { Lease = TimeSpan.FromSeconds(30) });
        receiver.Publisher.HoldAnswers();
        receiver.Queue.Put(Messages.Of([Messages.Event(1)])[0]);
        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Publisher.Begun == 1);

        receiver.Clock.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(0, receiver.Queue.Renewals);
        receiver.Clock.Advance(TimeSpan.FromSeconds(2));
        await RunningReceiver.UntilAsync(() => receiver.Queue.Renewals == 1);

        receiver.Publisher.Answer();
        await receiver.UntilEmptyAsync();
    }

    [Fact]
    public async Task A_chunk_goes_to_the_partition_of_its_batch_and_is_then_deleted()
    {
        await using var receiver = new RunningReceiver();
        var texts = Chunks();
        Assert.Equal(3, texts.Count);
        foreach (var text in texts)
            receiver.Queue.Put(text);

        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        var partition = Assert.Single(receiver.Publisher.Confirmed.Select(message => message.RoutingKey).Distinct());
        Assert.StartsWith("telemetry.chunks.", partition, StringComparison.Ordinal);
        Assert.Equal(texts.Select(Decode).Order(), receiver.Publisher.InQueue(partition).Select(message => Convert.ToHexString(message.Body.Span)).Order());

        static string Decode(byte[] text) => Convert.ToHexString(Convert.FromBase64String(Encoding.UTF8.GetString(text)));
    }

    private static List<byte[]> Chunks()
    {
        byte[] choices = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        var blob = Convert.ToBase64String(Random.Shared.GetItems(choices, 120_000));
        return Messages.Of([$$"""{"blob":"{{blob}}"}"""]);
    }

    private static Func<OutgoingMessage, PublishRefusalReason?> ToDeadQueue(PublishRefusalReason reason) =>
        message => message.RoutingKey == BridgeQueues.Dead ? reason : null;
}
