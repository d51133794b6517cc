using Telemetry.Tests.Support;

namespace Telemetry.Tests.Sending;

/// <summary>A queue that is out of reach costs an invocation its budget now and then, and not every one of them.</summary>
public sealed class FlushPauseTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task After_a_flush_that_reached_nothing_the_next_ones_end_at_once()
    {
        await using var dead = new DeadQueue();
        var test = dead.Test;
        await PayAsync(test);
        var calls = test.Queue.Calls;

        test.Send("""{"n":2}""");
        var flush = test.Client.FlushInvocationAsync();

        Assert.True(flush.IsCompleted);
        Assert.Equal(2, (await flush).Waiting);
        Assert.Contains("flushes try again in", (await flush).Error, StringComparison.Ordinal);
        Assert.Equal(calls, test.Queue.Calls);
    }

    [Fact]
    public async Task An_outage_of_ten_minutes_costs_invocations_every_second_some_tens_of_budgets()
    {
        await using var dead = new DeadQueue();
        var test = dead.Test;
        var paid = 0;
        for (var second = 0; second < 600; second++)
        {
            test.Send("""{"n":1}""");
            var flush = test.Client.FlushInvocationAsync();
            if (!flush.IsCompleted)
            {
                paid++;
                await test.Clock.AdvanceToAsync(due => due == Budget);
                await flush;
            }

            test.Clock.Advance(TimeSpan.FromMilliseconds(500));
        }

        // 1, 2, 4, 8, 16 and then 30 seconds, from half of that up to all of it.
        Assert.InRange(paid, 12, 45);
    }

    [Fact]
    public async Task When_the_pause_is_over_a_flush_tries_again_and_sends_all_that_waited()
    {
        await using var dead = new DeadQueue();
        var test = dead.Test;
        await PayAsync(test);
        dead.Recover();
        test.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True((await test.Client.FlushInvocationAsync()).IsComplete);
        Assert.Equal(["""{"n":1}"""], test.Events);
    }

    [Fact]
    public async Task Anything_that_the_queue_takes_ends_the_pause()
    {
        await using var dead = new DeadQueue();
        var test = dead.Test;
        await PayAsync(test);
        dead.Recover();
        await test.Client.SendAsync("""{"audit":1}"""u8.ToArray());

        Assert.True((await test.Client.FlushInvocationAsync()).IsComplete);
        Assert.Equal(["""{"audit":1}""", """{"n":1}"""], test.Events.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_flush_at_the_processes_end_is_tried_in_spite_of_the_pause_and_what_is_lost_is_reported()
    {
        await using var dead = new DeadQueue();
        var test = dead.Test;
        await PayAsync(test);

        var flush = test.Client.FlushExitAsync();
        Assert.False(flush.IsCompleted);
        await test.Clock.AdvanceToAsync(due => due == Budget);

        Assert.Equal(1, (await flush).Waiting);
        Assert.Contains("1 events are lost, the process ends", test.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pause_keeps_the_bounds_of_the_buffer_and_the_account_stays_exact()
    {
        await using var dead = new DeadQueue(options => options with { BufferBytes = 400 });
        var test = dead.Test;
        await PayAsync(test);

        for (var n = 0; n < 50; n++)
        {
            test.Send($$"""{"n":{{n}},"padding":"xxxxx"}""");
            Assert.True(test.Client.FlushInvocationAsync().IsCompleted);
        }

        var statistics = test.Client.Statistics;
        Assert.Equal(51, statistics.Accepted);
        Assert.InRange(statistics.Waiting, 10, 20);
        dead.Recover();
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await test.Client.FlushInvocationAsync()).IsComplete);
        // What was dropped becomes an event itself once sending works again: of this flush, or of the background's next round.
        await Eventually.TrueAsync(
            () => test.Client.FlushInvocationAsync().IsCompleted && test.Events.Count > statistics.Waiting);
        Assert.Equal(statistics.Waiting + 1, test.Events.Count);
        Assert.Contains($"\"dropped\":{statistics.Dropped}", test.Events[^1], StringComparison.Ordinal);
    }

    // One event, and a flush that waits for the whole budget in vain.
    private static async Task PayAsync(TestClient test)
    {
        test.Send("""{"n":1}""");
        var flush = test.Client.FlushInvocationAsync();
        await test.Clock.AdvanceToAsync(due => due == Budget);
        Assert.Equal(1, (await flush).Waiting);
    }

    /// <summary>
    /// A client whose queue does not answer until it recovers, which it does at the end: a test that fails must end too.
    /// </summary>
    private sealed class DeadQueue : IAsyncDisposable
    {
        private readonly TaskCompletionSource _back = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal DeadQueue(Func<TelemetryOptions, TelemetryOptions>? change = null)
        {
            Test = new TestClient(options => (change?.Invoke(options) ?? options) with
            {
                FlushBudget = Budget,
                FlushInterval = TimeSpan.FromDays(1),
            });
            Test.Queue.BeforeStoring = token => _back.Task.WaitAsync(token);
        }

        internal TestClient Test { get; }

        internal void Recover() => _back.TrySetResult();

        public ValueTask DisposeAsync()
        {
            Recover();
            return Test.DisposeAsync();
        }
    }
}
