using System.Collections.Immutable;
using System.Text;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using Harness.Components;
using RabbitMQ.Client;

namespace Bridge.Tests.Publish;

/// <summary>What the broker answers to messages while all is well.</summary>
[Collection(BrokerTests.Name)]
public sealed class RabbitPublisherTests(BrokerFixture broker)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Twenty_thousand_messages_arrive_as_they_were_sent(bool overTls)
    {
        const int Publications = 40;
        const int Each = 500;
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        using var authority = new CertificateAuthority("company CA");
        var secure = overTls ? await broker.ListenWithTlsAsync(authority) : options => options;
        var options = secure(Some.Options(host)) with { MaxOutstanding = 300 };
        await using var running = await RunningPublisher.StartReadyAsync(options);

        var answers = await Task.WhenAll(Enumerable.Range(0, Publications).Select(publication =>
            running.PublishAsync(Enumerable.Range(publication * Each, Each).Select(Numbered))));

        Assert.All(answers, Assert.Empty);
        Assert.Equal(0, running.OutstandingMessages);
        var received = await host.DrainAsync("all");
        Assert.Equal(Publications * Each, received.Count);
        var byId = received.ToDictionary(message => message.BasicProperties.MessageId!, StringComparer.Ordinal);
        for (var number = 0; number < Publications * Each; number++)
            AssertEqual(Numbered(number), byId[$"id-{number}"]);
    }

    [Fact]
    public async Task Properties_that_one_message_has_do_not_stick_to_the_next()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));
        ImmutableArray<MessageHeader> shared = [new("x-telemetry-source", "größer"), new("x-telemetry-events", 3)];
        OutgoingMessage[] sent =
        [
            Some.Message(0) with
            {
                Properties = new OutgoingProperties("dead")
                {
                    ContentType = null,
                    Headers =
                    [
                        new("x-dead-reason", "malformed"),
                        new("x-dead-detail", "größer"),
                        new("x-dead-receive-count", 7_000_000_000),
                    ],
                    TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                },
            },
            Some.Message(1),
            Some.Message(2) with { Properties = new OutgoingProperties("x") { Headers = [new("traceparent", "shared")] } },
            Some.Message(3) with { Properties = new OutgoingProperties(new string('x', 255)) },
            Some.Message(4) with { Properties = new OutgoingProperties("a") { Headers = shared, TraceParent = "one" } },
            Some.Message(5) with { Properties = new OutgoingProperties("b") { Headers = shared, TraceParent = "two" } },
            Some.Message(6) with { Properties = new OutgoingProperties("c") { Headers = shared } },
            Some.Message(7) with { Properties = new OutgoingProperties("d") { TraceParent = "three" } },
            Some.Message(8) with { Properties = new OutgoingProperties("e") { Headers = default } },
        ];

        Assert.Empty(await running.PublishAsync(sent));

        var received = await host.DrainAsync("all");
        Assert.Equal(sent.Length, received.Count);
        Assert.All(sent.Zip(received), pair => AssertEqual(pair.First, pair.Second));
    }

    [Fact]
    public async Task Exactly_the_unroutable_messages_of_a_publication_are_refused()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("logs", "logs.#");
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));
        var unroutable = Enumerable.Range(0, 3_000).Where(number => number % 7 == 0 || number > 2_900).ToHashSet();

        var refusals = await running.PublishAsync(Enumerable.Range(0, 3_000).Select(number =>
            Some.Message(number, unroutable.Contains(number) ? "metrics.orders.info" : "logs.orders.info")));

        Assert.Equal(unroutable.Order(), refusals.Select(refusal => refusal.Index));
        Assert.All(refusals, refusal =>
            Assert.Equal((PublishRefusalReason.Unroutable, "312 NO_ROUTE"), (refusal.Reason, refusal.Detail)));
        Assert.Equal(3_000u - (uint)unroutable.Count, await host.CountAsync("logs"));
    }

    [Fact]
    public async Task A_message_id_that_occurs_several_times_is_answered_each_time()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("logs", "logs.#");
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));

        var refusals = await running.PublishAsync(
            Some.Message("same"),
            Some.Message("same", "metrics.orders.info"),
            Some.Message("same"),
            Some.Message("same", "metrics.orders.info"),
            Some.Message("same"));

        Assert.Equal([1, 3], refusals.Select(refusal => refusal.Index));
        Assert.Equal(3u, await host.CountAsync("logs"));
    }

    [Fact]
    public async Task What_a_full_queue_does_not_take_for_the_time_of_the_option_is_refused_and_the_rest_is_published_once()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("full", "#", FullAt(10));
        await using var running = await RunningPublisher.StartReadyAsync(
            Some.Options(host) with { WhenRejected = WhenRejected.DeadLetter, DeadLetterAfter = TimeSpan.FromSeconds(1) });

        var refusals = await running.PublishAsync(Some.Messages(50));

        Assert.Equal(40, refusals.Count);
        Assert.All(refusals, refusal =>
            Assert.Equal((PublishRefusalReason.Nacked, "nacked by the broker"), (refusal.Reason, refusal.Detail)));
        Assert.Equal(10u, await host.CountAsync("full"));
    }

    [Fact]
    public async Task While_a_queue_rejects_nothing_is_ready_to_be_received_and_another_queue_gets_one_copy_an_attempt()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("full", "#", FullAt(10));
        await host.BindQueueAsync("all", "#");
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));
        Assert.True(running.Publisher.IsReady);

        var publishing = running.PublishAsync(Some.Messages(500));
        await Eventually.TrueAsync(async () => await host.CountAsync("all") >= 503, RunningPublisher.Timeout);
        Assert.Equal((false, true, false), (running.Publisher.IsReady, running.Publisher.IsRejected, publishing.IsCompleted));
        Assert.InRange(await host.CountAsync("all"), 503u, 510u);

        await host.OnChannelAsync(channel => channel.QueueUnbindAsync("full", VirtualHost.Exchange, "#"));
        Assert.Empty(await publishing);

        // A channel that nacked may just be being replaced.
        await running.UntilReadyAsync();
        Assert.False(running.Publisher.IsRejected);

        // Each once nacked and once taken, but for those that were tried meanwhile.
        Assert.InRange(await host.CountAsync("all"), 990u, 1_010u);
    }

    [Fact]
    public async Task A_queue_that_rejects_does_not_keep_another_from_what_it_has_room_for()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("full", "logs.full", FullAt(1));
        await host.BindQueueAsync("other", "logs.other", FullAt(1));
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));
        using var stop = new CancellationTokenSource();

        var stuck = running.Publisher.PublishAsync(
            new ListPublication([.. Enumerable.Range(0, 3).Select(number => Some.Message(number, "logs.full"))]), stop.Token);
        var other = running.PublishAsync(Some.Message(3, "logs.other"), Some.Message(4, "logs.other"));
        await Eventually.TrueAsync(() => running.Publisher.IsRejected, RunningPublisher.Timeout);
        Assert.Single(await host.DrainAsync("other"));

        Assert.Empty(await other);
        Assert.False(stuck.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stuck);
        Assert.False(running.Publisher.IsRejected);
    }

    [Fact]
    public async Task A_full_queue_of_the_bridges_own_is_told_at_once_and_stops_nothing()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.OnChannelAsync(
            channel => channel.QueueDeclareAsync(
                BridgeQueues.Dead, durable: true, exclusive: false, autoDelete: false, FullAt(1)));
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));

        var refusal = Assert.Single(await running.PublishAsync([.. Enumerable.Range(0, 2).Select(number =>
            Some.Message(number, BridgeQueues.Dead) with { Exchange = "" })]));

        Assert.Equal(PublishRefusalReason.Nacked, refusal.Reason);
        Assert.True(running.Publisher.IsReady);
    }

    [Fact]
    public async Task What_is_nacked_is_published_again_over_a_new_channel()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("full", "#", FullAt(10));
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));

        var publishing = running.PublishAsync(Some.Messages(15));
        await Eventually.TrueAsync(
            () => running.Log.Lines.Any(line => line.Contains("nacked", StringComparison.Ordinal)), RunningPublisher.Timeout);
        var taken = await host.DrainAsync("full");

        Assert.Empty(await publishing);
        var ids = taken.Concat(await host.DrainAsync("full")).Select(message => message.BasicProperties.MessageId).ToList();
        Assert.Equal(15, ids.Count);
        Assert.Distinct(ids);
    }

    [Fact]
    public async Task A_publication_without_messages_is_confirmed_at_once()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));

        Assert.Empty(await running.PublishAsync());
    }

    [Fact]
    public async Task Texts_and_headers_that_the_protocol_cannot_carry_are_rejected_and_the_rest_is_published()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));

        var refusals = await running.PublishAsync(
            Some.Message(0),
            Some.Message(1, new string('k', 256)),
            Some.Message(new string('é', 128)),
            WithHeader(Some.Message(3), bytes: 200_000),
            Some.Message(4, new string('k', 255)),
            WithHeader(Some.Message(5), bytes: 100_000));

        Assert.Equal([1, 2, 3], refusals.Select(refusal => refusal.Index));
        Assert.All(refusals, refusal => Assert.Equal(PublishRefusalReason.Rejected, refusal.Reason));
        Assert.Equal("the routing key has 256 bytes; AMQP takes 255", refusals[0].Detail);
        Assert.Equal("the message id has 256 bytes; AMQP takes 255", refusals[1].Detail);
        Assert.Equal(3u, await host.CountAsync("all"));
    }

    [Fact]
    public async Task A_message_larger_than_the_window_of_bytes_is_sent_alone()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        await using var running = await RunningPublisher.StartReadyAsync(
            Some.Options(host) with { MaxOutstandingBytes = 64 * 1024 });

        Assert.Empty(await running.PublishAsync(
            Some.Message("small"), Some.Message("large", bytes: 1_000_000), Some.Message("small")));

        Assert.Equal(3u, await host.CountAsync("all"));
    }

    [Fact]
    public async Task A_message_over_the_brokers_limit_is_refused_once_the_limit_is_known()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        await broker.Server.EvaluateAsync("application:set_env(rabbit, max_message_size, 1048576).");
        try
        {
            await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));
            OutgoingMessage[] sent = [Some.Message("a"), Some.Message("large", bytes: 1_200_000), Some.Message("b")];

            var failure = await Assert.ThrowsAsync<PublishException>(() => running.PublishAsync(sent));
            Assert.Contains("1048576", failure.Message, StringComparison.Ordinal);

            var refusal = Assert.Single(await running.PublishAsync(sent));
            Assert.Equal(
                new PublishRefusal(1, PublishRefusalReason.Rejected, "1,200,000 bytes; the broker takes 1,048,576"), refusal);
            Assert.Equal(1_048_576, running.Publisher.MessageBytes);

            // What is as large as the limit is taken, whatever its headers.
            Assert.Empty(await running.PublishAsync(WithHeader(Some.Message("just", bytes: 1_048_576), bytes: 10_000)));
        }
        finally
        {
            await broker.Server.EvaluateAsync("application:set_env(rabbit, max_message_size, 134217728).");
        }
    }

    [Fact]
    public async Task Several_connections_share_the_publications()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        await using var running = await RunningPublisher.StartReadyAsync(
            Some.Options(host) with { Connections = 3 }, partitions: 8);
        await Eventually.TrueAsync(
            () => running.Log.Lines.Count(line => line.Contains("is ready", StringComparison.Ordinal)) == 3,
            RunningPublisher.Timeout);

        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => running.PublishAsync(Some.Messages(100))));

        Assert.Equal(3_000u, await host.CountAsync("all"));
    }

    [Fact]
    public async Task A_cancelled_publication_leaves_the_others_alone()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host) with { MaxOutstanding = 10 });
        using var cancel = new CancellationTokenSource();
        var cancelled = new CancellingPublication(20, cancel, at: 15);

        var publishing = running.Publisher.PublishAsync(cancelled, cancel.Token);
        var other = running.PublishAsync(Some.Messages(1_000));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publishing);
        Assert.Empty(await other);
        Assert.Equal(1_000u + 16u, await host.CountAsync("all"));
    }

    private static Dictionary<string, object?> FullAt(int messages) =>
        new(StringComparer.Ordinal) { ["x-max-length"] = messages, ["x-overflow"] = "reject-publish" };

    private static OutgoingMessage WithHeader(OutgoingMessage message, int bytes) => message with
    {
        Properties = message.Properties with { Headers = [new("x-dead-detail", new string('h', bytes))] },
    };

    private static OutgoingMessage Numbered(int number) =>
        Some.Message(number, $"logs.orders.{(number % 3 == 0 ? "info" : "error")}") with
        {
            Properties = new OutgoingProperties($"id-{number}")
            {
                Headers = [new("x-telemetry-source", "orders"), new("x-telemetry-batch", $"batch-{number / 100}")],
                TraceParent = number % 5 == 0 ? null : $"00-{number:x32}-00f067aa0ba902b7-01",
            },
        };

    private static void AssertEqual(OutgoingMessage sent, BasicGetResult received)
    {
        var (expected, actual) = (sent.Properties, received.BasicProperties);
        Assert.Equal(sent.RoutingKey, received.RoutingKey);
        Assert.Equal(sent.Body.ToArray(), received.Body.ToArray());
        Assert.Equal(DeliveryModes.Persistent, actual.DeliveryMode);
        Assert.Equal(expected.MessageId, actual.MessageId);
        Assert.Equal(expected.ContentType, actual.ContentType);

        var headers = (expected.Headers.IsDefault ? [] : expected.Headers)
            .ToDictionary(header => header.Name, header => (object)header.Text! ?? header.Number, StringComparer.Ordinal);
        if (expected.TraceParent is not null)
            headers["traceparent"] = expected.TraceParent;
        // An empty table reads back as no headers at all.
        Assert.Equal(headers, (actual.Headers?.AsEnumerable() ?? []).ToDictionary(
            header => header.Key,
            header => header.Value is byte[] text ? Encoding.UTF8.GetString(text) : header.Value!,
            StringComparer.Ordinal));
    }

    private sealed class CancellingPublication(int count, CancellationTokenSource cancel, int at) : IPublication
    {
        public int Count => count;

        public OutgoingMessage this[int index]
        {
            get
            {
                if (index == at)
                    cancel.Cancel();
                return Some.Message(index);
            }
        }
    }
}
