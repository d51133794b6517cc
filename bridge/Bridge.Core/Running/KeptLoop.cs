using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Governance;
using Telemetry.Queues;

namespace Bridge.Core.Running;

/// <summary>
/// Keeps a loop running: when it ends before its stop, the reason is logged and it starts again after a growing pause.
/// </summary>
internal static partial class KeptLoop
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Completes when it is cancelled; never fails.</summary>
    /// <param name="name">What the log calls the loop.</param>
    /// <param name="loop">Runs until its token is cancelled.</param>
    /// <param name="log">Told of every failure.</param>
    /// <param name="clock">Every pause.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task RunAsync(
        string name, Func<CancellationToken, Task> loop, ILogger log, TimeProvider clock, CancellationToken stop)
    {
        var backoff = new Backoff(FirstPause, LongestPause);
        while (!stop.IsCancellationRequested)
        {
            var began = clock.GetTimestamp();
            Exception? failure = null;
            try
            {
                await loop(stop);
            }
            catch (Exception exception)
            {
                failure = exception;
            }

            if (stop.IsCancellationRequested)
                return;
            if (clock.GetElapsedTime(began) > LongestPause)
                backoff.Reset();
            var pause = backoff.Next();
            Ended(log, name, pause, failure is null ? "it returned" : FailureText.WithCalls(failure));
            await Task.Delay(pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Loop} ended unexpectedly and begins again in {Pause}: {Failure}")]
    private static partial void Ended(ILogger logger, string loop, TimeSpan pause, string failure);
}
