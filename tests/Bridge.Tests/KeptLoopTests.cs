using Bridge.Core.Running;
using Bridge.Tests.Publish;

namespace Bridge.Tests;

public sealed class KeptLoopTests
{
    [Fact]
    public async Task A_loop_that_fails_or_ends_begins_again_after_growing_pauses_until_its_stop()
    {
        var clock = new FakeTimeProvider();
        var log = new RecordedLog<KeptLoopTests>();
        using var stop = new CancellationTokenSource();
        var begun = 0;
        var running = KeptLoop.RunAsync(
            "The loop",
            token => Interlocked.Increment(ref begun) switch
            {
                1 => throw new InvalidOperationException("a defect"),
                2 => Task.CompletedTask,
                3 => Task.FromCanceled(new CancellationToken(canceled: true)),
                _ => Task.Delay(Timeout.InfiniteTimeSpan, clock, token),
            },
            log,
            clock,
            stop.Token);

        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return Volatile.Read(ref begun) == 4;
        });
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await running.WaitAsync(Eventually.Patience);

        Assert.Equal(3, log.Lines.Count);
        Assert.All(
            log.Lines,
            line => Assert.StartsWith("Error: The loop ended unexpectedly and begins again in ", line, StringComparison.Ordinal));
    }
}
