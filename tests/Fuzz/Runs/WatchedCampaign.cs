using Fuzz.Targets;

namespace Fuzz.Runs;

/// <summary>Runs a campaign on a thread of its own and watches it: an input that never ends is found as well.</summary>
internal sealed class WatchedCampaign(IFuzzTarget target, int seed, TimeProvider clock)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    // Longer than all attempts at an input that is slow but ends.
    private static readonly TimeSpan Endless = TimeSpan.FromSeconds(60);

    internal Campaign Campaign { get; } = new(target, seed, clock);

    /// <summary>Runs inputs.</summary>
    /// <param name="count">How many.</param>
    /// <param name="failed">Is told of each failure as it is found.</param>
    /// <param name="progress">Is called every few seconds.</param>
    /// <returns>Null, or the input that does not end: its thread goes on, and only the end of the process stops it.</returns>
    internal async Task<Failure?> RunAsync(long count, Action<Failure>? failed = null, Action<Campaign>? progress = null)
    {
        var run = Task.Factory.StartNew(
            () => Campaign.Run(count, failed), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        FuzzInput? last = null;
        var since = clock.GetTimestamp();
        while (await Task.WhenAny(run, Task.Delay(Tick, clock, CancellationToken.None)) != run)
        {
            var current = Campaign.Current;
            if (!ReferenceEquals(current, last))
                (last, since) = (current, clock.GetTimestamp());
            else if (current is not null && clock.GetElapsedTime(since) > Endless)
                return new Failure(target.Name, current, $"an input did not end within {Endless.TotalSeconds} s");
            progress?.Invoke(Campaign);
        }

        await run;
        return null;
    }
}
