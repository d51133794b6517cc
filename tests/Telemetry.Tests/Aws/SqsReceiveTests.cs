using System.Text;
using Telemetry.Aws;
using Telemetry.Queues;

namespace Telemetry.Tests.Aws;

/// <summary>Receiving from a queue that does not always do what it is asked.</summary>
public sealed class SqsReceiveTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private static CancellationToken Bound => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public async Task A_message_is_read_with_all_that_the_service_tells()
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Json("""
            {"Future":{"Messages":[1]},"Messages":[{"MessageId":"m-1","ReceiptHandle":"r-1",
              "Body":"{\"a\":\"\u00fc\\n\/\"}","MD5OfBody":"66dd062468f2f734e270adc0aced5932",
              "Attributes":{"SentTimestamp":"1700000000123","SenderId":"x","ApproximateReceiveCount":"7"},
              "MessageAttributes":{"x":{"StringValue":"y","DataType":"String"},"n":{"StringValue":"7","DataType":"Number"},
                "b":{"BinaryValue":"AAE=","DataType":"Binary"}}}]}
            """));
        await using var queue = sqs.Open();

        var message = Assert.Single(await queue.ReceiveAsync(10, TimeSpan.FromSeconds(29.2), TimeSpan.FromSeconds(1.5), Bound));

        Assert.Equal("{\"a\":\"ü\\n/\"}", Encoding.UTF8.GetString(message.Text.Span));
        Assert.Equal(("m-1", "r-1", 7), (message.Id, message.Receipt, message.ReceiveCount));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123), message.EnqueuedAt);
        var attributes = message.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal);
        Assert.Equal("n=7 x=y", string.Join(' ', attributes.Select(pair => $"{pair.Key}={pair.Value}")));
        Assert.Null(message.TraceParent);
        var asked = sqs.Requests.Single().Json;
        Assert.Equal(10, (int)asked["MaxNumberOfMessages"]!);
        Assert.Equal(30, (int)asked["VisibilityTimeout"]!);
        Assert.Equal(2, (int)asked["WaitTimeSeconds"]!);
        Assert.Equal(sqs.Endpoint.Url.ToString(), (string?)asked["QueueUrl"]);
    }

    [Theory]
    [InlineData("", "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01")]
    [InlineData(""","MessageAttributes":{"traceparent":{"StringValue":"the sender's","DataType":"String"}}""", "the sender's")]
    public async Task The_trace_is_the_senders_own_or_else_the_platforms(string attributes, string trace)
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Json($$$"""
            {"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"{}","MD5OfBody":"{{{FakeSqsReply.Md5("{}")}}}",
              "Attributes":{"AWSTraceHeader":"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"}{{{attributes}}}}]}
            """));
        await using var queue = sqs.Open();

        var message = Assert.Single(await queue.ReceiveAsync(1, Lease, TimeSpan.Zero, Bound));

        Assert.Equal(trace, message.TraceParent);
        Assert.Empty(message.Attributes);
        Assert.Contains("AWSTraceHeader", sqs.Requests.Single().Json["MessageSystemAttributeNames"]!.ToJsonString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Messages":null}""")]
    [InlineData("""{"Messages":[]}""")]
    public async Task An_answer_without_messages_is_an_empty_receive(string answer)
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Json(answer));
        await using var queue = sqs.Open();

        Assert.Empty(await queue.ReceiveAsync(1, Lease, TimeSpan.Zero, Bound));
    }

    [Trait("Lane", "full")]
    [Theory]
    [InlineData("")]
    [InlineData("<html>secret</html>")]
    [InlineData("""{"Messages":[{"MessageId":"m"}]}""")]
    [InlineData("""{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"\ud800"}]}""")]
    public async Task An_answer_that_is_not_sqss_is_an_error_that_does_not_quote_it(string answer)
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Json(answer));
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.ReceiveAsync(1, Lease, TimeSpan.Zero, Bound));

        Assert.Contains("the answer is not SQS's", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_with_another_md5_fails_the_receive()
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Json("""
            {"Messages":[{"MessageId":"m-1","ReceiptHandle":"r","Body":"payload","MD5OfBody":"00000000000000000000000000000000"}]}
            """));
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.ReceiveAsync(1, Lease, TimeSpan.Zero, Bound));

        Assert.Contains("its MD5 differs", error.Message, StringComparison.Ordinal);
        Assert.True(error.Failure.IsTransient);
        Assert.DoesNotContain("payload", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_counts_from_the_attempt_that_was_answered()
    {
        var clock = new ImpatientClock();
        long refusedAt = 0;
        await using var sqs = await FakeSqs.StartAsync(_ =>
        {
            if (refusedAt != 0)
                return FakeSqsReply.Message("{}");
            refusedAt = clock.GetTimestamp();
            return FakeSqsReply.Error("ServiceUnavailable", 503);
        });
        await using var queue = sqs.Open(clock);

        var message = Assert.Single(await queue.ReceiveAsync(1, Lease, TimeSpan.Zero, Bound));

        Assert.InRange(message.LeaseStart, refusedAt, clock.GetTimestamp());
        Assert.Equal(Lease, message.Lease);
    }

    [Theory]
    [InlineData(0, 30, 0)]
    [InlineData(11, 30, 0)]
    [InlineData(1, 0.5, 0)]
    [InlineData(1, 43_201, 0)]
    [InlineData(1, 30, 21)]
    [InlineData(1, 30, -1)]
    public async Task What_sqs_does_not_take_is_refused_before_any_request(int max, double lease, double wait)
    {
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        await using var queue = sqs.Open();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            queue.ReceiveAsync(max, TimeSpan.FromSeconds(lease), TimeSpan.FromSeconds(wait), Bound));

        Assert.Empty(sqs.Requests);
    }

    [Theory]
    [InlineData("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")]
    [InlineData("MessageNotInflight", "")]
    [InlineData("InvalidParameterValue", "Value r for parameter ReceiptHandle is invalid. Reason: Message does not exist.")]
    public async Task A_lost_lease_renews_to_null_and_releases_quietly(string code, string message)
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Error(code, message: message));
        await using var queue = sqs.Open();

        Assert.Null(await queue.RenewAsync(Message("m"), Lease, Bound));
        await queue.ReleaseAsync(Message("m"), TimeSpan.Zero, Bound);
        Assert.Equal(2, sqs.Requests.Count);
    }

    [Fact]
    public async Task A_renewal_beyond_twelve_hours_is_an_error_and_no_lost_lease()
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Error(
            "InvalidParameterValue", message: "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"));
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.RenewAsync(Message("m"), Lease, Bound));

        Assert.Contains("beyond the limit of 12 hours", error.Message, StringComparison.Ordinal);
        Assert.False(error.Failure.IsTransient);
    }

    [Fact]
    public async Task Deletes_go_by_ten_return_stale_receipts_and_repeat_the_rest()
    {
        var hiccups = 1;
        await using var sqs = await FakeSqs.StartAsync(request => FakeSqsReply.Batch(request.Entries.Select(entry =>
            (string?)entry!["ReceiptHandle"] switch
            {
                "r-3" => FakeSqsReply.Failed(entry, "ReceiptHandleIsInvalid", true),
                "r-7" => FakeSqsReply.Failed(
                    entry, "InvalidParameterValue", true, "Value r-7 for parameter ReceiptHandle is invalid."),
                "r-12" when Interlocked.Decrement(ref hiccups) >= 0 => FakeSqsReply.Failed(entry, "InternalError", false),
                _ => FakeSqsReply.Stored(entry),
            })));
        await using var queue = sqs.Open();

        var lost = await queue.DeleteAsync([.. Enumerable.Range(0, 25).Select(n => Message($"{n}"))], Bound);

        Assert.Equal(["3", "7"], lost.Select(message => message.Id).Order(StringComparer.Ordinal));
        Assert.Equal([1, 5, 10, 10], sqs.Requests.Select(request => request.Entries.Count).Order());
    }

    [Fact]
    public async Task A_delete_that_fails_says_how_many_remain()
    {
        await using var sqs = await FakeSqs.StartAsync(request => FakeSqsReply.Batch(request.Entries.Select((entry, i) =>
            i == 0 ? FakeSqsReply.Failed(entry, "InternalError", false) : FakeSqsReply.Stored(entry))));
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.DeleteAsync([Message("1"), Message("2")], Bound));

        Assert.Contains("1 of 2 messages were settled", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_whose_lease_has_ended_is_returned_by_delete_though_sqs_reports_success()
    {
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        await using var queue = sqs.Open();
        var now = TimeProvider.System.GetTimestamp();
        var fresh = Message("fresh") with { LeaseStart = now, Lease = TimeSpan.FromMinutes(5) };
        var aSecondAgo = now - TimeProvider.System.TimestampFrequency;
        var stale = Message("stale") with { LeaseStart = aSecondAgo, Lease = TimeSpan.FromSeconds(1) };

        Assert.Same(stale, Assert.Single(await queue.DeleteAsync([fresh, stale], Bound)));
    }

    [Fact]
    public async Task A_long_poll_may_take_its_wait_longer_than_any_other_call()
    {
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        var clock = new ImpatientClock();
        await using var queue = sqs.Open(clock);

        await queue.ReceiveAsync(1, Lease, TimeSpan.FromSeconds(20), Bound);

        Assert.Equal(TimeSpan.FromSeconds(50), Assert.Single(clock.Deadlines));
    }

    [Fact]
    public async Task A_cancelled_long_poll_is_let_to_its_end_and_brings_what_it_leased()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var sqs = await FakeSqs.StartWaitingAsync(async _ =>
        {
            arrived.SetResult();
            await release.Task.WaitAsync(Bound);
            return FakeSqsReply.Message("{}");
        });
        await using var queue = sqs.Open();
        using var cancellation = new CancellationTokenSource();

        var receiving = queue.ReceiveAsync(1, Lease, TimeSpan.FromSeconds(20), cancellation.Token);
        await arrived.Task.WaitAsync(Bound);
        await cancellation.CancelAsync();

        release.SetResult();

        Assert.Single(await receiving.WaitAsync(Bound));
    }

    private static ReceivedMessage Message(string id) => new()
    {
        Id = id,
        Receipt = "r-" + id,
        Text = default,
        ReceiveCount = 1,
        EnqueuedAt = default,
        LeaseStart = TimeProvider.System.GetTimestamp(),
    };
}
