using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Telemetry.Aws;
using Telemetry.Queues;

namespace Telemetry.Tests.Aws;

/// <summary>
/// Sending to a queue that does not always do what it is asked. The tests that wait out the retries of Amazon's client, which run
/// on real time, are not in the fast lane.
/// </summary>
public sealed class SqsSendTests
{
    private const int CallsAtATime = 8;

    private static CancellationToken Bound => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public async Task Throttling_passes()
    {
        var refusals = 2;
        await using var sqs = await FakeSqs.StartAsync(request =>
            request.Operation is SqsOperation.SendMessageBatch && refusals-- > 0
                ? FakeSqsReply.Error("RequestThrottled")
                : FakeSqsReply.Success(request));
        await using var queue = sqs.Open();

        await queue.SendAsync(Messages(1), Bound);

        Assert.Equal(3, sqs.Requests.Count(request => request.Operation is SqsOperation.SendMessageBatch));
    }

    [Trait("Lane", "full")]
    [Theory]
    [InlineData("Throttling", 400)]
    [InlineData("ServiceUnavailable", 503)]
    [InlineData("RequestThrottled", 429)]
    public async Task Endless_throttling_ends_after_four_attempts_within_a_flushs_time(string code, int status)
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Error(code, status));
        await using var queue = sqs.Open();

        var watch = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(Bound));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(4, sqs.Requests.Count);
        Assert.True(error.Failure.IsTransient);
        Assert.Equal((status, code, "request-1"), (error.Failure.Status, error.Failure.Code, error.Failure.RequestId));
    }

    [Fact]
    public async Task Only_failed_entries_are_sent_again()
    {
        var calls = 0;
        await using var sqs = await FakeSqs.StartAsync(request =>
            request.Operation is SqsOperation.SendMessageBatch && calls++ == 0
                ? FakeSqsReply.Batch(request.Entries.Select((entry, i) =>
                    i % 3 == 0 ? FakeSqsReply.Failed(entry, "InternalError", false) : FakeSqsReply.Stored(entry)))
                : FakeSqsReply.Success(request));
        var clock = new ImpatientClock();
        await using var queue = sqs.Open(clock);

        await queue.SendAsync(Messages(10), Bound);

        Assert.InRange(Assert.Single(clock.Waits), TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500));
        var sent = sqs.Requests.Where(request => request.Operation is SqsOperation.SendMessageBatch).Select(BodiesOf).ToList();
        Assert.Equal(2, sent.Count);
        Assert.Equal(["text 0", "text 3", "text 6", "text 9"], sent[1].Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public async Task An_entry_that_an_answer_refuses_twice_or_without_its_identity_has_failed()
    {
        await using var sqs = await FakeSqs.StartAsync(request => request.Operation is SqsOperation.SendMessageBatch
            ? FakeSqsReply.Batch(
                [
                    .. request.Entries.Concat(request.Entries).Select(
                        entry => FakeSqsReply.Failed(entry, "InvalidMessageContents", true)),
                    new JsonObject { ["Code"] = "InternalError" },
                ])
            : FakeSqsReply.Success(request));
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.SendAsync(Messages(2), Bound));

        Assert.Equal(("InvalidMessageContents", false), (error.Failure.Code, error.Failure.IsTransient));
    }

    [Fact]
    public async Task Entries_that_go_on_failing_are_given_up_and_counted()
    {
        await using var sqs = await FakeSqs.StartAsync(request => request.Operation is SqsOperation.SendMessageBatch
            ? FakeSqsReply.Batch(request.Entries.Select(entry => (string?)entry!["MessageBody"] is "text 1"
                ? FakeSqsReply.Failed(entry, "InternalError", false)
                : FakeSqsReply.Stored(entry)))
            : FakeSqsReply.Success(request));
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.SendAsync(Messages(3), Bound));

        Assert.Equal(4, sqs.Requests.Count(request => request.Operation is SqsOperation.SendMessageBatch));
        Assert.Contains("2 of 3 messages were stored", error.Message, StringComparison.Ordinal);
        Assert.True(error.Failure.IsTransient);
    }

    [Fact]
    public async Task An_entry_that_is_the_senders_fault_is_not_repeated_and_keeps_no_other_back()
    {
        await using var sqs = await FakeSqs.StartAsync(request => request.Operation is SqsOperation.SendMessageBatch
            ? FakeSqsReply.Batch(request.Entries.Select((entry, i) =>
                i == 2 ? FakeSqsReply.Failed(entry, "InvalidMessageContents", true) : FakeSqsReply.Stored(entry)))
            : FakeSqsReply.Success(request));
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.SendAsync(Messages(10), Bound));

        Assert.Single(sqs.Requests, request => request.Operation is SqsOperation.SendMessageBatch);
        Assert.Contains("9 of 10 messages were stored", error.Message, StringComparison.Ordinal);
        Assert.Contains("InvalidMessageContents", error.Message, StringComparison.Ordinal);
        Assert.False(error.Failure.IsTransient);
    }

    [Fact]
    public async Task An_entry_that_the_answer_leaves_out_is_sent_again()
    {
        var calls = 0;
        await using var sqs = await FakeSqs.StartAsync(request =>
            request.Operation is SqsOperation.SendMessageBatch && calls++ == 0
                ? FakeSqsReply.Batch(request.Entries.Skip(1).Select(FakeSqsReply.Stored))
                : FakeSqsReply.Success(request));
        await using var queue = sqs.Open();

        await queue.SendAsync(Messages(2), Bound);

        Assert.Equal(["text 0"], BodiesOf(sqs.Requests.Last()));
    }

    [Fact]
    public async Task A_text_that_was_stored_otherwise_is_an_error()
    {
        await using var sqs = await FakeSqs.StartAsync(request => request.Operation is SqsOperation.SendMessageBatch
            ? FakeSqsReply.Json("""{"Successful":[{"Id":"0","MD5OfMessageBody":"00000000000000000000000000000000"}]}""")
            : FakeSqsReply.Success(request));
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.SendAsync(Messages(1), Bound));

        Assert.Contains("0 of 1 messages were stored", error.Message, StringComparison.Ordinal);
        Assert.Contains("MD5", error.Message, StringComparison.Ordinal);
        Assert.True(error.Failure.IsTransient);
        Assert.DoesNotContain("text 0", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dropped_connections_are_repeated()
    {
        var drops = 2;
        await using var sqs = await FakeSqs.StartAsync(request =>
            request.Operation is SqsOperation.SendMessageBatch && Interlocked.Decrement(ref drops) >= 0
                ? FakeSqsReply.HangUp
                : FakeSqsReply.Success(request));
        await using var queue = sqs.Open();

        await queue.SendAsync(Messages(1), Bound);

        Assert.True(drops < 0);
    }

    [Trait("Lane", "full")]
    [Fact]
    public async Task A_connection_that_always_drops_is_an_error_without_a_status()
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.HangUp);
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(Bound));

        Assert.Null(error.Failure.Status);
        Assert.True(error.Failure.IsTransient);
        Assert.Contains("broke off", error.Message, StringComparison.Ordinal);
    }

    [Trait("Lane", "full")]
    [Fact]
    public async Task A_queue_that_does_not_answer_is_given_up_after_four_times_thirty_seconds()
    {
        var release = new TaskCompletionSource();
        await using var sqs = await FakeSqs.StartWaitingAsync(async request =>
        {
            await release.Task.WaitAsync(Bound);
            return FakeSqsReply.Success(request);
        });
        var clock = new ImpatientClock { Impatience = TimeSpan.FromMinutes(1) };
        await using var queue = sqs.Open(clock);

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(Bound));
        release.SetResult();

        Assert.Contains("no answer within 30 s an attempt", error.Message, StringComparison.Ordinal);
        Assert.True(error.Failure.IsTransient);
        Assert.Equal(4, clock.Waits.Count(wait => wait == TimeSpan.FromSeconds(30)));
    }

    [Trait("Lane", "full")]
    [Fact]
    public async Task An_answer_that_stops_half_way_is_given_up_like_none()
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Json("{\"Attributes\":") with { Stalls = true });
        var clock = new ImpatientClock { Impatience = TimeSpan.FromMinutes(1), TestTimeout = TimeSpan.FromMilliseconds(500) };
        await using var queue = sqs.Open(clock);

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(Bound).WaitAsync(Bound));

        Assert.Equal(4, sqs.Requests.Count);
        Assert.Contains("no answer within 30 s an attempt", error.Message, StringComparison.Ordinal);
        Assert.True(error.Failure.IsTransient);
    }

    [Trait("Lane", "full")]
    [Theory]
    [InlineData(502, true, "failed with 502")]
    [InlineData(403, false, "the answer is not SQS's")]
    [InlineData(407, false, "wants other credentials (407)")]
    public async Task The_page_of_a_proxy_is_an_error_that_does_not_quote_it(int status, bool isTransient, string words)
    {
        await using var sqs = await FakeSqs.StartAsync(_ => new FakeSqsReply(status, "<html><body>secret</body></html>"));
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(Bound));

        Assert.Equal((status, isTransient), (error.Failure.Status, error.Failure.IsTransient));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_run_side_by_side_but_no_more_than_eight()
    {
        var running = 0;
        var seen = new ConcurrentBag<int>();
        var full = new TaskCompletionSource();
        await using var sqs = await FakeSqs.StartWaitingAsync(async request =>
        {
            if (request.Operation is not SqsOperation.SendMessageBatch)
                return FakeSqsReply.Success(request);

            var now = Interlocked.Increment(ref running);
            seen.Add(now);
            if (now == CallsAtATime)
                full.TrySetResult();
            await full.Task.WaitAsync(Bound);
            Interlocked.Decrement(ref running);
            return FakeSqsReply.Success(request);
        });
        await using var queue = sqs.Open();

        await queue.SendAsync(Messages(300), Bound);

        Assert.Equal(CallsAtATime, seen.Max());
        Assert.Equal(30, sqs.Requests.Count(request => request.Operation is SqsOperation.SendMessageBatch));
    }

    [Fact]
    public async Task After_a_failure_no_further_call_begins()
    {
        await using var sqs = await FakeSqs.StartAsync(request => request.Operation is SqsOperation.SendMessageBatch
            ? FakeSqsReply.Error("AccessDeniedException")
            : FakeSqsReply.Success(request));
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.SendAsync(Messages(1_000), Bound));

        Assert.InRange(sqs.Requests.Count, 2, 1 + CallsAtATime);
        Assert.Contains("0 of 1000 messages were stored", error.Message, StringComparison.Ordinal);
        Assert.Contains("allow sqs:SendMessage", error.Message, StringComparison.Ordinal);
        Assert.Contains("kms:GenerateDataKey", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_letter_beyond_the_basic_plane_arrives_which_the_emulator_would_refuse()
    {
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        await using var queue = sqs.Open();

        await queue.SendAsync([Encoding.UTF8.GetBytes("\U0001F69A")], Bound);

        Assert.Equal("\U0001F69A", BodiesOf(sqs.Requests.Last()).Single());
    }

    [Fact]
    public async Task A_send_cancelled_under_way_throws_that_it_was_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        await using var sqs = await FakeSqs.StartAsync(request =>
        {
            if (request.Operation is SqsOperation.SendMessageBatch)
                cancellation.Cancel();
            return FakeSqsReply.Success(request);
        });
        await using var queue = sqs.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queue.SendAsync(Messages(1), cancellation.Token));
    }

    [Fact]
    public async Task A_cancellation_ends_the_wait_between_attempts()
    {
        using var cancellation = new CancellationTokenSource();
        await using var sqs = await FakeSqs.StartAsync(request => request.Operation is SqsOperation.SendMessageBatch
            ? FakeSqsReply.Batch(request.Entries.Select(entry => FakeSqsReply.Failed(entry, "InternalError", false)))
            : FakeSqsReply.Success(request));
        await using var queue = sqs.Open(new CancellingClock(cancellation));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => queue.SendAsync(Messages(1), cancellation.Token).WaitAsync(Bound));

        Assert.Single(sqs.Requests, request => request.Operation is SqsOperation.SendMessageBatch);
    }

    [Fact]
    public async Task A_cancellation_ends_the_sdks_wait_between_attempts()
    {
        using var cancellation = new CancellationTokenSource();
        await using var sqs = await FakeSqs.StartAsync(_ =>
        {
            cancellation.CancelAfter(TimeSpan.FromMilliseconds(20));
            return FakeSqsReply.Error("RequestThrottled");
        });
        await using var queue = sqs.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => queue.SendAsync(Messages(1), cancellation.Token).WaitAsync(Bound));

        Assert.InRange(sqs.Requests.Count, 1, 3);
    }

    private static List<string> BodiesOf(FakeSqsRequest request) =>
        [.. request.Entries.Select(entry => entry!["MessageBody"]!.GetValue<string>())];

    private static ReadOnlyMemory<byte>[] Messages(int count) =>
        [.. Enumerable.Range(0, count).Select(n => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes($"text {n}")))];

    /// <summary>Cancels when a back-off begins, which itself never ends.</summary>
    private sealed class CancellingClock(CancellationTokenSource cancellation) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= TimeSpan.Zero && dueTime < TimeSpan.FromSeconds(10))
                cancellation.CancelAfter(TimeSpan.FromMilliseconds(20));
            return base.CreateTimer(callback, state, TimeSpan.FromMinutes(5), period);
        }
    }
}
