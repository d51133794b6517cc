using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Governance;
using Telemetry.Queues;

namespace Bridge.Core.Running;

/// <summary>
/// Restarts a loop that ends before its stop, after a growing pause, and logs the reason.
/// </summary>
internal static partial class KeptLoop
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Runs the loop until it is stopped. Never fails.</summary>
    /// <param name="name">Name of the loop for the log.</param>
    /// <param name="loop">Runs until its token is cancelled.</param>
    /// <param name="log">Receives every failure.</param>
    /// <param name="clock">Measures every pause.</param>
    /// <param name="stop">Stops the loop.</param>
    public static async Task RunAsync(
        string name, Func<CancellationToken, Task> loop, ILogger log, TimeProvider clock, CancellationToken stop)
    {
        var backoff = new Backoff(FirstPause, LongestPause);
        while (!stop.IsCancellationRequested)
        {
            var began = clock.GetTimestamp();
            var failure = await RunOnceAsync(loop, stop);
            if (stop.IsCancellationRequested)
                return;
            if (clock.GetElapsedTime(began) > LongestPause)
                backoff.Reset();
            var pause = backoff.Next();
            Ended(log, name, pause, failure);
            await Task.Delay(pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<string> RunOnceAsync(Func<CancellationToken, Task> loop, CancellationToken stop)
    {
        try
        {
            await loop(stop);
            return "it returned";
        }
        catch (Exception exception)
        {
            return FailureText.WithCalls(exception);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Loop} ended unexpectedly and begins again in {Pause}: {Failure}")]
    private static partial void Ended(ILogger logger, string loop, TimeSpan pause, string failure);
}
