using Telemetry.Aws;
using Telemetry.Queues;

namespace Telemetry.Tests.Aws;

/// <summary>What a sender learns about its queue, and when.</summary>
public sealed class SqsLimitsTests
{
    private static CancellationToken Bound => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public async Task Limits_are_asked_once()
    {
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        await using var queue = sqs.Open();

        for (var i = 0; i < 3; i++)
            await queue.GetLimitsAsync(Bound);

        Assert.Single(sqs.Requests);
    }

    [Fact]
    public async Task A_failed_question_for_limits_is_asked_again()
    {
        var failures = 1;
        await using var sqs = await FakeSqs.StartAsync(request =>
            failures-- > 0 ? FakeSqsReply.Error("QueueDoesNotExist") : FakeSqsReply.Success(request));
        await using var queue = sqs.Open();

        await Assert.ThrowsAsync<QueueException>(() => queue.GetLimitsAsync(Bound).AsTask());

        Assert.Equal(QueueLimits.ForSqs(262_144), await queue.GetLimitsAsync(Bound));
    }

    [Fact]
    public async Task A_sender_that_may_not_ask_for_limits_gets_the_default_ones()
    {
        await using var sqs = await FakeSqs.StartAsync(request => request.Operation is SqsOperation.GetQueueAttributes
            ? FakeSqsReply.Error("AccessDeniedException")
            : FakeSqsReply.Success(request));
        await using var queue = sqs.Open();

        Assert.Equal(QueueLimits.Sqs, await queue.GetLimitsAsync(Bound));
        await queue.SendAsync(["{}"u8.ToArray()], Bound);
        Assert.Single(sqs.Requests, request => request.Operation is SqsOperation.GetQueueAttributes);
    }
}
