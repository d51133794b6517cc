using Telemetry.Tests.Support;

namespace Telemetry.Tests.Sending;

/// <summary><c>FlushAsync</c>: within its budget, never throwing, exact about what still waits.</summary>
public sealed class FlushTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_flush_sends_everything_in_as_few_messages_as_possible()
    {
        await using var test = new TestClient();
        for (var i = 0; i < 500; i++)
            test.Send($$"""{"i":{{i}}}""");

        var result = await test.Client.FlushAsync();

        Assert.Equal(default, result);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $$"""{"i":{{i}}}"""), test.Events, StringComparer.Ordinal);
        Assert.Single(test.Queue.Texts);
        test.AssertCounted(sent: 500, dropped: 0, waiting: 0);
    }

    [Fact]
    public async Task A_flush_of_nothing_asks_nobody()
    {
        await using var test = new TestClient();

        Assert.True((await test.Client.FlushAsync()).IsComplete);

        Assert.Equal(0, test.Queue.Calls);
        Assert.Empty(test.Clock.Due);
    }

    [Fact]
    public async Task A_queue_that_hangs_costs_no_more_than_the_budget()
    {
        await using var test = new TestClient(options => options with { FlushInterval = TimeSpan.FromDays(1) });
        var answer = test.Queue.Hold();
        test.Send("{}");

        var flush = test.Client.FlushAsync(Budget);
        await test.Clock.AdvanceToAsync(due => due == Budget);
        var result = await flush;

        Assert.Equal(1, result.Waiting);
        Assert.False(result.IsComplete);
        Assert.Contains("time was over", result.Error, StringComparison.Ordinal);
        test.AssertCounted(sent: 0, dropped: 0, waiting: 1);
        answer.SetResult();
    }

    [Fact]
    public async Task A_send_that_takes_longer_than_every_flush_goes_on_and_arrives_once()
    {
        await using var test = new TestClient(options => options with { FlushInterval = TimeSpan.FromDays(1) });
        var answer = test.Queue.Hold();
        test.Send("""{"n":1}""");
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var flush = test.Client.FlushAsync(Budget);
            await test.Clock.AdvanceToAsync(due => due == Budget);
            Assert.Equal(1, (await flush).Waiting);
        }

        test.Send("""{"n":2}""");
        answer.SetResult();
        await test.FlushedAsync();

        // The first call was never given up: two messages, two calls.
        Assert.Equal(["""{"n":1}""", """{"n":2}"""], test.Events);
        Assert.Equal((2, 2), (test.Queue.Calls, test.Queue.Texts.Count));
        test.AssertCounted(sent: 2, dropped: 0, waiting: 0);
    }

    [Fact]
    public async Task A_send_that_a_flush_left_behind_and_that_failed_is_tried_again_under_the_same_name()
    {
        await using var test = new TestClient(
            options => options with { FlushInterval = TimeSpan.FromDays(1), Key = WireSamples.Key });
        var answer = test.Queue.Hold(afterStoring: true);
        test.Send("{}");
        var flush = test.Client.FlushAsync(Budget);
        await test.Clock.AdvanceToAsync(due => due == Budget);
        Assert.Equal(1, (await flush).Waiting);

        // The instance was frozen meanwhile: the connection is gone, and nobody knows that the message is stored.
        answer.SetException(TestClient.Failure());
        test.Queue.AfterStoring = () => Task.CompletedTask;
        await test.FlushedAsync();

        Assert.Equal(2, test.Batches.Count);
        Assert.Equal(test.Batches[0].Id, test.Batches[1].Id);
        test.AssertCounted(sent: 1, dropped: 0, waiting: 0);
    }

    [Fact]
    public async Task A_client_that_is_disposed_ends_a_send_that_a_flush_left_behind()
    {
        var test = new TestClient(options => options with { FlushInterval = TimeSpan.FromDays(1) });
        test.Queue.BeforeStoring = InMemoryQueueSender.Hang;
        test.Send("{}");
        var flush = test.Client.FlushAsync(Budget);
        await test.Clock.AdvanceToAsync(due => due == Budget);
        await flush;

        var disposing = test.DisposeAsync();
        await test.Clock.AdvanceToAsync(due => due == TimeSpan.FromSeconds(2));
        await disposing;

        Assert.True(test.Queue.IsDisposed);
        test.AssertCounted(sent: 0, dropped: 1, waiting: 0);
    }

    [Fact]
    public async Task A_queue_that_fails_is_named_in_the_result_and_the_events_are_kept()
    {
        await using var test = new TestClient();
        test.Queue.BeforeStoring = _ => throw TestClient.Failure();
        test.Send("{}");

        var result = await test.Client.FlushAsync(Budget);

        Assert.Equal(1, result.Waiting);
        Assert.Contains("Put Message on https://account.queue.core.windows.net/telemetry failed with 503", result.Error,
            StringComparison.Ordinal);
        Assert.Contains("1 events wait", Assert.Single(test.Reports), StringComparison.Ordinal);
        test.Queue.BeforeStoring = _ => Task.CompletedTask;
        await test.FlushedAsync();
        Assert.Single(test.Events);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-60_000)]
    public async Task A_budget_that_is_over_already_is_no_error(int milliseconds)
    {
        await using var test = new TestClient();
        test.Send("{}");

        var result = await test.Client.FlushAsync(TimeSpan.FromMilliseconds(milliseconds));

        Assert.False(result.IsComplete);
        await test.FlushedAsync();
    }

    [Fact]
    public async Task A_cancelled_flush_is_no_error()
    {
        await using var test = new TestClient();
        test.Send("{}");

        var result = await test.Client.FlushAsync(TimeSpan.MaxValue, new CancellationToken(canceled: true));

        Assert.Equal(1, result.Waiting);
    }

    [Fact]
    public async Task A_batch_keeps_its_identity_when_its_answer_was_lost()
    {
        await using var test = new TestClient(options => options with { Key = WireSamples.Key });
        test.Queue.AfterStoring = () => throw TestClient.Failure();
        test.Send("{}");
        await test.Client.FlushAsync(Budget);
        test.Queue.AfterStoring = () => Task.CompletedTask;
        await test.FlushedAsync();

        Assert.Equal(2, test.Batches.Count);
        Assert.Equal(test.Batches[0].Id, test.Batches[1].Id);
        Assert.Equal(test.Queue.Texts[0], test.Queue.Texts[1]);
        test.AssertCounted(sent: 1, dropped: 0, waiting: 0);
    }

    [Fact]
    public async Task Events_that_leave_otherwise_do_not_end_a_flush_early()
    {
        await using var test = new TestClient();
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        test.Send("""{"first":1}""");
        test.Queue.BeforeStoring = _ => answer.Task;
        var first = test.Client.FlushAsync();
        await Eventually.TrueAsync(() => test.Queue.Calls == 1);
        test.Queue.BeforeStoring = _ => Task.CompletedTask;
        test.Send("""{"second":2}""");
        var second = test.Client.FlushAsync();

        // Both kinds settle while the flush waits for its turn.
        for (var i = 0; i < 10; i++)
            test.Send("no object");
        await test.Client.SendAsync("{}"u8.ToArray());
        answer.SetResult();

        Assert.True((await first).IsComplete);
        Assert.True((await second).IsComplete);
        Assert.Contains("""{"second":2}""", test.Events, StringComparer.Ordinal);
    }

    [Fact]
    public async Task How_many_were_dropped_becomes_an_event_once_the_queue_takes_events_again()
    {
        await using var test = new TestClient(options => options with { BufferBytes = 1_000 });
        await test.FailAsync("{}");
        var events = Enumerable.Range(100, 30).Select(i => $$"""{"i":{{i}},"text":"{{new string('t', 80)}}"}""").ToList();
        foreach (var json in events)
            test.Send(json);
        Assert.False((await test.Client.FlushAsync(Budget)).IsComplete);

        test.Queue.BeforeStoring = _ => Task.CompletedTask;
        await test.FlushedAsync();

        var kept = 1_000 / (events[0].Length + 1);
        Assert.Equal(["{}", .. events.TakeLast(kept)], test.Events.Take(1 + kept), StringComparer.Ordinal);
        var report = Assert.Single(test.Events.Skip(1 + kept));
        Assert.Contains("\"level\":\"warn\"", report, StringComparison.Ordinal);
        Assert.Contains($"\"attributes\":{{\"dropped\":{events.Count - kept}}}", report, StringComparison.Ordinal);
        test.AssertCounted(sent: 1 + kept + 1, dropped: events.Count - kept, waiting: 0);
    }

    [Fact]
    public async Task A_disposed_client_has_sent_or_counted_every_event()
    {
        var test = new TestClient();
        test.Send("""{"a":1}""");
        await test.DisposeAsync();
        test.AssertCounted(sent: 1, dropped: 0, waiting: 0);
        Assert.True(test.Queue.IsDisposed);

        test.Send("""{"late":1}""");
        await test.DisposeAsync();

        Assert.True((await test.Client.FlushAsync()).Waiting == 0);
        Assert.Contains("the client is disposed", Assert.Single(test.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_dispose_cannot_send_is_counted_as_dropped()
    {
        var test = new TestClient();
        test.Queue.BeforeStoring = _ => throw TestClient.Failure();
        test.Send("""{"a":1}""");

        await test.DisposeAsync();

        test.AssertCounted(sent: 0, dropped: 1, waiting: 0);
        Assert.Contains(test.Reports, line => line.Contains("1 events could not be sent", StringComparison.Ordinal));
    }
}
