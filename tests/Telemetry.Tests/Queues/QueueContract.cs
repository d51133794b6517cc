using System.Diagnostics;
using System.Text;
using Telemetry.Queues;

namespace Telemetry.Tests.Queues;

/// <summary>
/// What every cloud's queue client promises, tried against a real queue. A subclass names the connector
/// and where a fresh queue is; xunit makes an instance, and so a queue, for each fact.
/// </summary>
/// <param name="connector">The cloud's connector.</param>
/// <param name="newQueue">An endpoint whose queue does not exist yet; another one at each call.</param>
public abstract class QueueContract(IQueueConnector connector, Func<QueueEndpoint> newQueue) : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(10);

    private IQueueSender _sender = null!;
    private IQueueReceiver _receiver = null!;

    /// <summary>Ends whatever a fact still waits for.</summary>
    private CancellationToken Bound { get; } = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public async ValueTask InitializeAsync()
    {
        var endpoint = newQueue();
        _sender = connector.OpenSender(endpoint, TimeProvider.System);
        _receiver = connector.OpenReceiver(endpoint, TimeProvider.System);
        await _receiver.CreateIfMissingAsync(Bound);
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Theory]
    [InlineData("VFEBAA+/AAAA0123456789==")]
    [InlineData("""{"message":"a < b && c > d","quote":"it's \"so\"","entity":"&amp;&#65;"}""")]
    [InlineData("{ \"text\":\t\"Grüße, 漢字\" }")]
    [InlineData("{\r\n  \"lines\": [\r1,\n2]\r\n}")]
    public async Task What_is_sent_is_received_byte_identical(string text)
    {
        await SendAsync(text);
        var message = await ReceiveOneAsync(Lease);

        Assert.Equal(text, Encoding.UTF8.GetString(message.Text.Span));
        Assert.Equal(1, message.ReceiveCount);
        Assert.InRange((message.EnqueuedAt - TimeProvider.System.GetUtcNow()).TotalMinutes, -1, 1);
    }

    [Fact]
    public async Task Many_messages_all_arrive_each_once()
    {
        var texts = Enumerable.Range(0, 45).Select(n => $"{{\"n\":{n}}}").ToArray();
        await SendAsync(texts);
        var received = await ReceiveManyAsync(texts.Length);

        Assert.Equal(texts.Order(StringComparer.Ordinal), received.Select(TextOf).Order(StringComparer.Ordinal));
        Assert.Equal(texts.Length, received.DistinctBy(message => message.Id, StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_message_as_long_as_the_limit_passes_and_one_byte_more_is_refused()
    {
        var limit = (await _sender.GetLimitsAsync(Bound)).MessageBytes;
        await SendAsync(new string('A', limit));
        Assert.Equal(limit, (await ReceiveOneAsync(Lease)).Text.Length);

        var error = await Assert.ThrowsAsync<QueueException>(() => SendAsync(new string('A', limit + 1)));
        Assert.Contains($"{limit + 1}", error.Message.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.False(error.Failure.IsTransient);
    }

    [Fact]
    public async Task A_receive_returns_no_more_than_asked_for()
    {
        await SendAsync("{\"n\":1}", "{\"n\":2}", "{\"n\":3}");

        Assert.Single(await _receiver.ReceiveAsync(1, Lease, TestTimeout, Bound));
    }

    [Fact]
    public async Task A_lease_hides_the_message_until_it_ends()
    {
        await SendAsync("{}");
        var first = await ReceiveOneAsync(TimeSpan.FromSeconds(2));
        Assert.Empty(await _receiver.ReceiveAsync(1, Lease, TimeSpan.Zero, Bound));

        var second = await ReceiveOneAsync(Lease);
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(2, second.ReceiveCount);
    }

    [Fact]
    public async Task A_lease_counts_from_before_the_request_that_took_it()
    {
        await SendAsync("{}");
        var before = TimeProvider.System.GetTimestamp();
        var message = await ReceiveOneAsync(Lease);
        Assert.InRange(message.LeaseStart, before, TimeProvider.System.GetTimestamp());

        var renewed = await _receiver.RenewAsync(message, Lease, Bound);
        Assert.NotNull(renewed);
        Assert.InRange(renewed.LeaseStart, message.LeaseStart + 1, TimeProvider.System.GetTimestamp());
    }

    [Fact]
    public async Task A_renewal_extends_the_lease_and_its_receipt_deletes()
    {
        await SendAsync("{\"n\":1}");
        var message = await ReceiveOneAsync(TimeSpan.FromSeconds(2));
        var renewed = await _receiver.RenewAsync(message, Lease, Bound);
        Assert.NotNull(renewed);
        Assert.Equal(message.Id, renewed.Id);
        Assert.Equal("{\"n\":1}", TextOf(renewed));

        // Longer than the first lease: only the renewal still hides the message.
        Assert.Empty(await _receiver.ReceiveAsync(1, Lease, TimeSpan.FromSeconds(3), Bound));
        Assert.Empty(await _receiver.DeleteAsync([renewed], Bound));
        Assert.Equal(0, await _receiver.GetDepthAsync(Bound));
    }

    [Fact]
    public async Task A_release_returns_the_message_at_once()
    {
        await SendAsync("{}");
        var message = await ReceiveOneAsync(Lease);
        await _receiver.ReleaseAsync(message, TimeSpan.Zero, Bound);

        var again = await ReceiveOneAsync(Lease);
        Assert.Equal(message.Id, again.Id);
        Assert.Equal(2, again.ReceiveCount);
    }

    [Fact]
    public async Task A_release_with_a_delay_returns_the_message_after_it()
    {
        await SendAsync("{}");
        var message = await ReceiveOneAsync(Lease);
        await _receiver.ReleaseAsync(message, TimeSpan.FromSeconds(2), Bound);

        Assert.Empty(await _receiver.ReceiveAsync(1, Lease, TimeSpan.Zero, Bound));
        Assert.Equal(message.Id, (await ReceiveOneAsync(Lease)).Id);
    }

    [Fact]
    public async Task A_delete_removes_the_messages()
    {
        await SendAsync([.. Enumerable.Range(0, 25).Select(n => $"{{\"n\":{n}}}")]);

        Assert.Empty(await _receiver.DeleteAsync(await ReceiveManyAsync(25), Bound));
        Assert.Equal(0, await _receiver.GetDepthAsync(Bound));
    }

    [Fact]
    public async Task A_lost_lease_is_reported_by_renewal_and_delete_and_ignored_by_release()
    {
        await SendAsync("{\"n\":1}", "{\"n\":2}");
        var stale = await ReceiveManyAsync(2, TimeSpan.FromSeconds(2));
        var current = await ReceiveManyAsync(2);

        Assert.Null(await _receiver.RenewAsync(stale[0], Lease, Bound));
        await _receiver.ReleaseAsync(stale[0], TimeSpan.Zero, Bound);

        var lost = await _receiver.DeleteAsync(stale, Bound);
        Assert.Equal(IdsOf(stale), IdsOf(lost), StringComparer.Ordinal);
        Assert.Equal(2, await _receiver.GetDepthAsync(Bound));
        Assert.Empty(await _receiver.DeleteAsync(current, Bound));
    }

    [Fact]
    public async Task Depth_counts_messages_in_flight_too()
    {
        Assert.Equal(0, await _receiver.GetDepthAsync(Bound));
        await SendAsync("{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
        await ReceiveOneAsync(Lease);

        Assert.Equal(3, await _receiver.GetDepthAsync(Bound));
    }

    [Fact]
    public async Task An_empty_queue_is_waited_for_no_longer_than_told()
    {
        var watch = Stopwatch.StartNew();
        Assert.Empty(await _receiver.ReceiveAsync(1, Lease, TimeSpan.Zero, Bound));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));

        watch.Restart();
        Assert.Empty(await _receiver.ReceiveAsync(1, Lease, TimeSpan.FromSeconds(2), Bound));
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_message_that_comes_during_the_wait_ends_it()
    {
        var receiving = _receiver.ReceiveAsync(1, Lease, TimeSpan.FromSeconds(20), Bound);
        await SendAsync("{}");

        Assert.Single(await receiving.WaitAsync(TestTimeout, Bound));
    }

    [Fact]
    public async Task A_cancelled_receive_brings_what_it_leased_or_leaves_it_for_the_next()
    {
        using var cancellation = new CancellationTokenSource();
        var receiving = _receiver.ReceiveAsync(1, Lease, TimeSpan.FromSeconds(5), cancellation.Token);
        await cancellation.CancelAsync();
        await SendAsync("{}");

        await Task.WhenAny(receiving).WaitAsync(TestTimeout, Bound);
        if (receiving.IsCanceled)
            await ReceiveOneAsync(Lease);
        else
            Assert.Single(await receiving);
    }

    [Fact]
    public async Task A_receive_that_is_cancelled_before_it_begins_takes_nothing()
    {
        await SendAsync("{}");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _receiver.ReceiveAsync(1, Lease, TimeSpan.Zero, new CancellationToken(canceled: true)));

        await ReceiveOneAsync(Lease);
    }

    [Fact]
    public async Task Creating_a_queue_that_exists_keeps_its_messages()
    {
        await SendAsync("{}");
        await _receiver.CreateIfMissingAsync(Bound);

        Assert.Equal(1, await _receiver.GetDepthAsync(Bound));
    }

    [Fact]
    public async Task A_check_of_a_working_queue_finds_nothing_and_takes_no_message()
    {
        await SendAsync("{}");
        var findings = await _receiver.CheckAsync(Bound);

        Assert.NotEmpty(findings);
        Assert.All(findings, finding => Assert.Null(finding.Error));
        // SQS cannot try a receive without counting a delivery.
        Assert.InRange((await ReceiveOneAsync(Lease)).ReceiveCount, 1, 2);
    }

    [Fact]
    public async Task A_missing_queue_is_named_by_every_operation_and_by_the_check()
    {
        var endpoint = newQueue();
        await using var sender = connector.OpenSender(endpoint, TimeProvider.System);
        await using var receiver = connector.OpenReceiver(endpoint, TimeProvider.System);

        QueueException[] errors =
        [
            await Assert.ThrowsAsync<QueueException>(() => sender.SendAsync(["{}"u8.ToArray()], Bound)),
            await Assert.ThrowsAsync<QueueException>(() => receiver.ReceiveAsync(1, Lease, TestTimeout, Bound)),
            await Assert.ThrowsAsync<QueueException>(() => receiver.GetDepthAsync(Bound)),
            (await receiver.CheckAsync(Bound)).Single(finding => finding.Error is not null).Error!,
        ];

        Assert.All(errors, error => Assert.False(error.Failure.IsTransient));
        Assert.All(errors, error => Assert.Contains(endpoint.Url.ToString(), error.Message, StringComparison.Ordinal));
        Assert.All(errors, error => Assert.Contains("does not exist", error.Message, StringComparison.Ordinal));
    }

    private static string TextOf(ReceivedMessage message) => Encoding.UTF8.GetString(message.Text.Span);

    private static IEnumerable<string> IdsOf(IEnumerable<ReceivedMessage> messages) =>
        messages.Select(message => message.Id).Order(StringComparer.Ordinal);

    private Task SendAsync(params string[] texts) =>
        _sender.SendAsync([.. texts.Select(text => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(text)))], Bound);

    private async Task<ReceivedMessage> ReceiveOneAsync(TimeSpan lease) =>
        Assert.Single(await _receiver.ReceiveAsync(1, lease, TestTimeout, Bound));

    // A receive may return fewer than are there: it is repeated until all have come or the patience ends.
    private async Task<IReadOnlyList<ReceivedMessage>> ReceiveManyAsync(int count, TimeSpan? lease = null)
    {
        var all = new List<ReceivedMessage>();
        while (all.Count < count)
        {
            var max = Math.Min(count - all.Count, _receiver.MaxReceive);
            var received = await _receiver.ReceiveAsync(max, lease ?? Lease, TestTimeout, Bound);
            Assert.NotEmpty(received);
            all.AddRange(received);
        }

        return all;
    }
}
