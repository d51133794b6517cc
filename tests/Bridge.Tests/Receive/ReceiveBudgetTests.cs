using Bridge.Core.Running;
using Bridge.Tests.Support;
using Telemetry.Queues;

namespace Bridge.Tests.Receive;

public sealed class ReceiveBudgetTests
{
    [Fact]
    public async Task Large_messages_stay_within_the_budget()
    {
        await using var receiver = new RunningReceiver();
        receiver.Publisher.HoldAnswers();
        for (var number = 0; number < 60; number++)
            receiver.Queue.Put($$"""{"number":{{number}},"blob":"{{new string('a', 250_000)}}"}""");
        await receiver.StartAsync();

        await RunningReceiver.UntilAsync(() => receiver.Budget.IsFull);
        Assert.InRange(receiver.Budget.Used, 1, RunningReceiver.BudgetBytes);

        receiver.Publisher.Answer();
        await receiver.UntilEmptyAsync();
        Assert.Equal(60, receiver.Publisher.Events.Count);
    }

    [Fact]
    public async Task A_quiet_queue_leaves_the_memory_to_others()
    {
        await using var receiver = new RunningReceiver();
        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Queue.Receives == 1);

        Assert.InRange(receiver.Budget.Used, 1, RunningReceiver.BudgetBytes / 20);
    }

    [Fact]
    public async Task All_that_was_reserved_is_given_back()
    {
        await using var receiver = new RunningReceiver();
        for (var number = 0; number < 500; number++)
            receiver.Queue.Put(Messages.Of([Messages.Event(number)], (uint)number)[0]);
        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();
        Assert.Equal(500, receiver.Publisher.Events.Count);

        await receiver.StopAsync(CancellationToken.None);
        Assert.Equal(0, receiver.Budget.Used);
    }

    [Fact]
    public async Task A_queue_that_fails_holds_nothing_while_it_waits_for_its_next_attempt()
    {
        await using var receiver = new RunningReceiver();
        receiver.Queue.BeforeReceive = () => throw Failure(receiver);
        await receiver.StartAsync();
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            await RunningReceiver.UntilAsync(() => receiver.Queue.Receives == attempt && receiver.Budget.Used == 0);
            await RunningReceiver.UntilAsync(() =>
            {
                receiver.Clock.Advance(TimeSpan.FromMilliseconds(100));
                return receiver.Queue.Receives > attempt;
            });
        }
    }

    [Fact]
    public async Task A_queue_that_does_not_answer_holds_nothing_for_longer_than_an_answer_takes()
    {
        await using var receiver = new RunningReceiver();
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.Queue.BeforeReceive = () => answer.Task;
        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Queue.Receives == 1);

        receiver.Clock.Advance(TimeSpan.FromSeconds(10));
        await RunningReceiver.UntilAsync(() => receiver.Budget.Used == 0);

        // What comes late is counted all the same.
        receiver.Publisher.HoldAnswers();
        receiver.Queue.Put($$"""{"blob":"{{new string('a', 250_000)}}"}""");
        answer.SetResult();
        await RunningReceiver.UntilAsync(() => receiver.Budget.Used >= 250_000);
    }

    [Fact]
    public async Task The_trouble_of_some_queues_leaves_the_memory_to_the_others()
    {
        var budget = new ByteBudget(4 * 1024 * 1024);
        await using var failing = new RunningReceiver(budget: budget);
        await using var silent = new RunningReceiver(budget: budget);
        await using var healthy = new RunningReceiver(budget: budget);
        foreach (var troubled in (RunningReceiver[])[failing, silent])
        {
            // Busy at first, so that much is expected of it.
            for (var number = 0; number < 200; number++)
                troubled.Queue.Put($$"""{"number":{{number}},"blob":"{{new string('a', 200_000)}}"}""");
            await troubled.StartAsync();
            await troubled.UntilEmptyAsync();
            await UntilNothingIsHeldAsync(troubled);
        }

        failing.Queue.BeforeReceive = () => throw Failure(failing);
        silent.Queue.BeforeReceive = () => new TaskCompletionSource().Task;
        failing.Queue.Put("{}");
        silent.Queue.Put("{}");
        await RunningReceiver.UntilAsync(() => silent.Queue.Receives > 1);
        await UntilNothingIsHeldAsync(silent);

        for (var number = 0; number < 100; number++)
            healthy.Queue.Put($$"""{"number":{{number}},"blob":"{{new string('b', 200_000)}}"}""");
        await healthy.StartAsync();
        await healthy.UntilEmptyAsync();
        silent.Queue.BeforeReceive = () => Task.CompletedTask;
    }

    [Fact]
    public async Task Deletes_that_do_not_end_leave_the_memory_to_the_others()
    {
        var budget = new ByteBudget(4 * 1024 * 1024);
        await using var stuck = new RunningReceiver(budget: budget);
        await using var healthy = new RunningReceiver(budget: budget);
        var deleted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stuck.Queue.BeforeDelete = () => deleted.Task;
        for (var number = 0; number < 15; number++)
            stuck.Queue.Put($$"""{"number":{{number}},"blob":"{{new string('a', 250_000)}}"}""");
        await stuck.StartAsync();
        await RunningReceiver.UntilAsync(() => stuck.Publisher.Events.Count == 15);

        await UntilNothingIsHeldAsync(stuck);

        for (var number = 0; number < 30; number++)
            healthy.Queue.Put($$"""{"number":{{number}},"blob":"{{new string('b', 250_000)}}"}""");
        await healthy.StartAsync();
        await healthy.UntilEmptyAsync();
        deleted.SetResult();
        await stuck.UntilEmptyAsync();
    }

    [Fact]
    public async Task Attributes_count_as_the_texts_do()
    {
        await using var receiver = new RunningReceiver();
        receiver.Publisher.HoldAnswers();
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = new('b', 100_000) };
        receiver.Queue.Put("{}"u8.ToArray(), attributes);
        await receiver.StartAsync();

        await RunningReceiver.UntilAsync(() => receiver.Publisher.Begun == 1);
        Assert.True(receiver.Budget.Used >= 200_000, $"{receiver.Budget.Used} bytes are counted");

        receiver.Publisher.Answer();
        await receiver.UntilEmptyAsync();
        await receiver.StopAsync(CancellationToken.None);
        Assert.Equal(0, receiver.Budget.Used);
    }

    // A call that waits gives back after a moment what was reserved for its answer.
    private static Task UntilNothingIsHeldAsync(RunningReceiver receiver) => RunningReceiver.UntilAsync(() =>
    {
        receiver.Clock.Advance(TimeSpan.FromMilliseconds(100));
        return receiver.Budget.Used == 0;
    });

    private static QueueException Failure(RunningReceiver receiver) => new(new QueueFailure
    {
        Queue = receiver.Queue.Endpoint,
        Operation = "ReceiveMessage",
        Status = 400,
        Code = "QueueDoesNotExist",
    });
}
