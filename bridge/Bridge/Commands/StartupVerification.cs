using Bridge.Hosting.Http;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Queues;

namespace Bridge.Commands;

/// <summary>
/// Tries everything before the bridge starts. What waiting may cure is waited for, however long it takes; anything else is an
/// error that only people can put right.
/// </summary>
/// <param name="check">Tries everything once.</param>
/// <param name="readiness">Told what is waited for.</param>
/// <param name="log">Told when the wait begins, every 30 s, and when it is over.</param>
/// <param name="clock">Every wait.</param>
internal sealed partial class StartupVerification(
    Func<CancellationToken, Task<IReadOnlyList<CheckResult>>> check, Readiness readiness, ILogger<StartupVerification> log, TimeProvider clock)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(30);

    private readonly Backoff _backoff = new(FirstWait, LongestWait);
    private long _reportedAt;

    /// <summary>Completes when everything works, or something needs people.</summary>
    /// <returns>What needs people; empty when everything works.</returns>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var failed = (await check(cancellationToken)).Where(result => result.Error is not null).ToList();
            var permanent = failed.Where(result => !result.IsTransient).ToList();
            if (permanent.Count > 0)
                return permanent;
            if (failed.Count == 0)
            {
                if (_backoff.Failures > 0)
                    WaitIsOver(log);
                readiness.WaitsFor = null;
                return [];
            }

            Tell(failed);
            await Task.Delay(_backoff.Next(), clock, cancellationToken);
        }
    }

    private void Tell(List<CheckResult> failed)
    {
        var reason = string.Join("; ", failed.Select(result => result.Error));
        readiness.WaitsFor = reason;
        if (_backoff.Failures == 0)
            Waits(log, reason);
        else if (clock.GetElapsedTime(_reportedAt) >= ReportInterval)
            StillWaits(log, reason);
        else
            return;
        _reportedAt = clock.GetTimestamp();
    }

    [LoggerMessage(1, LogLevel.Warning, "Waiting before the start: {Reason}")]
    private static partial void Waits(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Still waiting before the start: {Reason}")]
    private static partial void StillWaits(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Information, "Waiting is over: queues and broker answer")]
    private static partial void WaitIsOver(ILogger logger);
}
