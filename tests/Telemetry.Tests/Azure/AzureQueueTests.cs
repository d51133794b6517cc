using System.Collections.Concurrent;
using System.Text;
using Telemetry.Azure;
using Telemetry.Queues;

namespace Telemetry.Tests.Azure;

public sealed class AzureQueueTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly CancellationToken _bound = new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public async Task A_message_is_put_without_an_expiry_and_signed()
    {
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Stored(context));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        await queue.SendAsync(["VFE="u8.ToArray()], _bound);

        var request = Assert.Single(server.Requests);
        Assert.Equal("POST /acct/orders/messages?messagettl=-1", $"{request.Method} {request.Path}{request.Query}");
        Assert.EndsWith("<QueueMessage><MessageText>VFE=</MessageText></QueueMessage>", request.Body, StringComparison.Ordinal);
        Assert.StartsWith("SharedKey acct:", request.Headers.Authorization.ToString(), StringComparison.Ordinal);
        Assert.Contains("telemetry-queue", request.Headers.UserAgent.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_travels_in_sixteen_calls_at_a_time()
    {
        var most = new ConcurrentQueue<int>();
        var sixteenCame = new TaskCompletionSource();
        var underWay = 0;
        await using var server = await FakeQueueServer.StartAsync(async (_, context) =>
        {
            if (Interlocked.Increment(ref underWay) is var now && now == 16)
                sixteenCame.TrySetResult();
            most.Enqueue(now);
            await sixteenCame.Task;
            Interlocked.Decrement(ref underWay);
            await Answers.Stored(context);
        });
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        await queue.SendAsync([.. Enumerable.Repeat<ReadOnlyMemory<byte>>("VFE="u8.ToArray(), 64)], _bound);

        Assert.Equal(64, server.Requests.Count);
        Assert.Equal(16, most.Max());
    }

    [Fact]
    public async Task A_list_that_fails_says_how_many_were_stored_and_starts_no_more_calls()
    {
        await using var server = await FakeQueueServer.StartAsync((number, context) =>
            number <= 20 ? Answers.Stored(context) : Answers.Error(context, 403, "AuthorizationPermissionMismatch"));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var error = await Assert.ThrowsAsync<QueueException>(
            () => queue.SendAsync([.. Enumerable.Repeat<ReadOnlyMemory<byte>>("VFE="u8.ToArray(), 200)], _bound));

        Assert.Contains("20 of 200 messages were stored; ", error.Message, StringComparison.Ordinal);
        Assert.InRange(server.Requests.Count, 21, 20 + 16);
    }

    [Fact]
    public async Task A_list_with_a_message_too_long_is_refused_before_any_is_sent()
    {
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Stored(context));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var error = await Assert.ThrowsAsync<QueueException>(() => queue.SendAsync([new byte[10], new byte[65_537]], _bound));

        const string Words = "message 2 of 2 has 65,537 bytes, the queue takes at most 65,536; none was sent";
        Assert.Contains(Words, error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Received_messages_carry_the_services_facts_and_the_unescaped_text()
    {
        // A text longer than the reader's buffer, so that pairs of surrogates are cut by it.
        var large = "x" + string.Concat(Enumerable.Repeat("🚚", 9_000)) + "&amp;";
        await using var server = await FakeQueueServer.StartAsync((_, context) =>
            Answers.Messages(context, "a &lt; b&#13;", "", "<![CDATA[{\"a\":1}]]>", large));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var messages = await queue.ReceiveAsync(32, TimeSpan.FromSeconds(41.5), TimeSpan.Zero, _bound);

        Assert.Equal("?numofmessages=32&visibilitytimeout=42", server.Requests.Single().Query);
        string[] unescaped = ["a < b\r", "", "{\"a\":1}", large.Replace("&amp;", "&", StringComparison.Ordinal)];
        Assert.Equal(unescaped, messages.Select(TextOf), StringComparer.Ordinal);
        Assert.Equal("id-1", messages[1].Id);
        Assert.Equal("receipt+1/=", messages[1].Receipt);
        Assert.Equal(7, messages[1].ReceiveCount);
        Assert.Equal(new DateTimeOffset(2009, 10, 9, 21, 4, 30, TimeSpan.Zero), messages[1].EnqueuedAt);
    }

    [Fact]
    public async Task An_empty_queue_is_asked_with_growing_waits_until_the_time_is_over()
    {
        var clock = new ClockThatSkipsWaits();
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Messages(context));
        await using var queue = new AzureQueue(server.Queue, clock);
        Assert.Empty(await queue.ReceiveAsync(1, Lease, TimeSpan.FromSeconds(20), _bound));

        Assert.Equal(TimeSpan.FromSeconds(20), clock.GetElapsedTime(0));
        Assert.InRange(clock.Waits[0], TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100));
        Assert.All(
            clock.Waits.Skip(4).SkipLast(1), wait => Assert.InRange(wait, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1)));
        Assert.Equal(clock.Waits.Count + 1, server.Requests.Count);
    }

    [Fact]
    public async Task A_lease_counts_from_the_try_that_got_it_not_from_the_first()
    {
        var clock = new ClockThatSkipsWaits();
        await using var server = await FakeQueueServer.StartAsync((number, context) =>
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            return number == 1 ? Answers.Busy(context) : Answers.Messages(context, "VFE=");
        });
        await using var queue = new AzureQueue(server.Queue, clock);
        var message = Assert.Single(await queue.ReceiveAsync(1, Lease, TimeSpan.Zero, _bound));

        Assert.Equal(TimeSpan.FromSeconds(10).Ticks, message.LeaseStart);
    }

    [Theory]
    [InlineData(404, "MessageNotFound")]
    [InlineData(400, "PopReceiptMismatch")]
    public async Task Either_answer_to_a_stale_receipt_is_a_lost_lease(int status, string code)
    {
        await using var server = await FakeQueueServer.StartAsync((number, context) =>
            number == 1 ? Answers.Messages(context, "VFE=") : Answers.Error(context, status, code));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var message = Assert.Single(await queue.ReceiveAsync(1, Lease, TimeSpan.Zero, _bound));

        Assert.Null(await queue.RenewAsync(message, Lease, _bound));
        Assert.Same(message, Assert.Single(await queue.DeleteAsync([message], _bound)));
        await queue.ReleaseAsync(message, TimeSpan.Zero, _bound);
        Assert.Equal(4, server.Requests.Count);
        Assert.All(
            server.Requests.Skip(1),
            request => Assert.Contains("popreceipt=receipt%2B0%2F%3D", request.Query, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_delete_that_is_refused_throws()
    {
        await using var server = await FakeQueueServer.StartAsync((number, context) => number == 1
            ? Answers.Messages(context, "VFE=", "VFE=")
            : Answers.Error(context, 403, "AuthorizationPermissionMismatch"));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var messages = await queue.ReceiveAsync(2, Lease, TimeSpan.Zero, _bound);

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.DeleteAsync(messages, _bound));
        Assert.Equal("Delete Message", error.Failure.Operation);
    }

    [Fact]
    public async Task A_shared_access_signature_is_added_once_however_often_it_is_tried()
    {
        await using var server = await FakeQueueServer.StartAsync((number, context) =>
            number == 1 ? Answers.Busy(context) : Answers.Stored(context));
        await using var queue = new AzureQueue(
            server.At("SharedAccessSignature=?sv=2021-12-02&sig=abc%2Fd%3D"), TimeProvider.System);
        await queue.SendAsync(["VFE="u8.ToArray()], _bound);
        await queue.CreateIfMissingAsync(_bound);

        Assert.Equal(
            [
                "?sv=2021-12-02&sig=abc%2Fd%3D&messagettl=-1",
                "?sv=2021-12-02&sig=abc%2Fd%3D&messagettl=-1",
                "?sv=2021-12-02&sig=abc%2Fd%3D",
            ],
            server.Requests.Select(request => request.Query),
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_queue_that_exists_with_metadata_of_its_own_is_left_alone()
    {
        await using var server = await FakeQueueServer.StartAsync(
            (_, context) => Answers.Error(context, 409, "QueueAlreadyExists"));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);

        await queue.CreateIfMissingAsync(_bound);
    }

    [Fact]
    public async Task A_check_names_each_missing_permission_and_tries_no_real_message()
    {
        await using var server = await FakeQueueServer.StartAsync((_, context) => context.Request.Method switch
        {
            "PUT" => Answers.Error(context, 403, "AuthorizationPermissionMismatch"),
            "DELETE" => Answers.Error(context, 404, "MessageNotFound"),
            _ => Answers.Messages(context, "VFE="),
        });
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var findings = await queue.CheckAsync(_bound);

        string[] operations = ["Get Queue Metadata", "Peek Messages", "Update Message", "Delete Message"];
        Assert.Equal(operations, findings.Select(finding => finding.Operation), StringComparer.Ordinal);
        Assert.Equal("Update Message", findings.Single(finding => finding.Error is not null).Operation);
        Assert.All(
            server.Requests.Where(request => request.Path.EndsWith("/messages", StringComparison.Ordinal)),
            request => Assert.StartsWith("?peekonly=true", request.Query, StringComparison.Ordinal));
    }

    private static string TextOf(ReceivedMessage message) => Encoding.UTF8.GetString(message.Text.Span);
}
