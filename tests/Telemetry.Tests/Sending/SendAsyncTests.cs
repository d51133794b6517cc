using Telemetry.Queues;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Sending;

/// <summary><c>SendAsync</c>: accepted by the queue, or an exception.</summary>
public sealed class SendAsyncTests
{
    [Fact]
    public async Task It_completes_when_the_queue_has_accepted_the_event_and_not_before()
    {
        await using var test = new TestClient();
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        test.Queue.BeforeStoring = _ => answer.Task;

        var sending = test.Client.SendAsync(TelemetryEvent.Audit("order.created"));

        Assert.False(sending.IsCompleted);
        answer.SetResult();
        await sending;
        Assert.Equal("order.created", test.SingleEvent.GetProperty("name").GetString());
        test.AssertCounted(sent: 1, dropped: 0, waiting: 0);
    }

    [Fact]
    public async Task It_throws_what_the_queue_threw_and_counts_nothing()
    {
        await using var test = new TestClient();
        test.Queue.BeforeStoring = _ => throw TestClient.Failure();

        await Assert.ThrowsAsync<QueueException>(() => test.Client.SendAsync("{}"u8.ToArray()));

        test.AssertCounted(sent: 0, dropped: 0, waiting: 0);
    }

    [Fact]
    public async Task It_gives_up_after_the_send_timeout()
    {
        await using var test = new TestClient(options => options with { SendTimeout = TimeSpan.FromSeconds(7) });
        test.Queue.BeforeStoring = InMemoryQueueSender.Hang;

        var sending = test.Client.SendAsync("{}"u8.ToArray());
        await test.Clock.AdvanceToAsync(due => due == TimeSpan.FromSeconds(7));

        var error = await Assert.ThrowsAsync<TimeoutException>(() => sending);
        Assert.Contains("https://account.queue.core.windows.net/telemetry", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_can_be_cancelled()
    {
        await using var test = new TestClient();
        test.Queue.BeforeStoring = InMemoryQueueSender.Hang;
        using var cancel = new CancellationTokenSource();

        var sending = test.Client.SendAsync("{}"u8.ToArray(), cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task What_is_no_event_or_too_large_is_an_argument_error()
    {
        await using var test = new TestClient();
        var huge = WireSamples.Event((16 * 1024 * 1024) + 1, new Random(1), compressible: true);

        await Assert.ThrowsAsync<ArgumentException>(() => test.Client.SendAsync("[1]"u8.ToArray()));
        await Assert.ThrowsAsync<ArgumentException>(() => test.Client.SendAsync(huge));

        test.AssertCounted(sent: 0, dropped: 0, waiting: 0);
    }

    [Fact]
    public async Task It_does_not_wait_for_what_is_buffered()
    {
        await using var test = new TestClient();
        test.Send("""{"buffered":1}""");

        await test.Client.SendAsync("""{"now":1}"""u8.ToArray());

        Assert.Equal("""{"now":1}""", Assert.Single(test.Events));
        test.AssertCounted(sent: 1, dropped: 0, waiting: 1);
    }
}
