using Bridge.Hosting.Http;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Queues;

namespace Bridge.Commands;

/// <summary>
/// Checks everything before the bridge starts. It waits without limit while all errors are transient. Any other error needs
/// people and ends the start.
/// </summary>
/// <param name="check">Runs all checks once.</param>
/// <param name="readiness">Shows what the bridge waits for.</param>
/// <param name="log">Receives a line when the wait begins, every 30 s, and when it ends.</param>
/// <param name="clock">Measures every wait.</param>
internal sealed partial class StartupVerification(
    Func<CancellationToken, Task<IReadOnlyList<CheckResult>>> check,
    Readiness readiness,
    ILogger<StartupVerification> log,
    TimeProvider clock)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(30);

    private readonly Backoff _backoff = new(FirstWait, LongestWait);
    private long _reportedAt;

    /// <summary>Completes when every check succeeds, or one fails permanently.</summary>
    /// <returns>The permanent failures; empty when every check succeeds.</returns>
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

            LogWait(failed);
            await Task.Delay(_backoff.Next(), clock, cancellationToken);
        }
    }

    private void LogWait(List<CheckResult> failed)
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
