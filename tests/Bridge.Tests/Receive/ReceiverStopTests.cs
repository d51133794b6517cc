using Bridge.Tests.Support;

namespace Bridge.Tests.Receive;

public sealed class ReceiverStopTests
{
    [Fact]
    public async Task A_stop_lets_work_under_way_end()
    {
        await using var receiver = new RunningReceiver();
        receiver.Publisher.HoldAnswers();
        receiver.Queue.Put(Messages.Of([Messages.Event(1)])[0]);
        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Publisher.Begun == 1);

        var stop = receiver.StopAsync(CancellationToken.None);
        receiver.Publisher.Answer();
        await stop;
        Assert.Empty(receiver.Queue.Texts);
    }

    [Fact]
    public async Task A_stop_that_runs_out_of_time_gives_the_messages_back_at_once()
    {
        await using var receiver = new RunningReceiver();
        receiver.Publisher.HoldAnswers();
        receiver.Queue.Put(Messages.Of([Messages.Event(1)])[0]);
        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Publisher.Begun == 1);

        await receiver.StopAsync(new CancellationToken(canceled: true));
        Assert.Equal([TimeSpan.Zero], receiver.Queue.Releases);
        Assert.Single(receiver.Queue.Texts);
    }

    [Fact]
    public async Task What_a_poll_still_brings_after_the_stop_is_given_back_at_once()
    {
        await using var receiver = new RunningReceiver(holdsPolls: true);
        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Queue.Receives == 1);

        var stopping = receiver.BeginStop();
        receiver.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.False(stopping.IsCompleted);
        receiver.Queue.Put(Messages.Of([Messages.Event(1)])[0]);

        await stopping.WaitAsync(RunningReceiver.Patience);
        Assert.Equal([TimeSpan.Zero], receiver.Queue.Releases);
        Assert.Single(receiver.Queue.Texts);
        Assert.Empty(receiver.Publisher.Events);
    }

    [Fact]
    public async Task A_stop_waits_no_longer_for_a_poll_than_it_should_last()
    {
        await using var receiver = new RunningReceiver(holdsPolls: true);
        await receiver.StartAsync();
        await RunningReceiver.UntilAsync(() => receiver.Queue.Receives == 1);

        var began = receiver.Clock.GetTimestamp();
        await receiver.StopAsync(CancellationToken.None);
        Assert.InRange(receiver.Clock.GetElapsedTime(began), TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(19));
    }
}
