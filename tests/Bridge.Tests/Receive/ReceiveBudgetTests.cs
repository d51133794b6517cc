using Bridge.Tests.Support;

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
}
