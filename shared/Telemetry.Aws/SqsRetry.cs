namespace Telemetry.Aws;

/// <summary>The attempts that one operation has, shared by its whole-call and its single-entry failures.</summary>
internal sealed class SqsRetry(TimeProvider clock)
{
    /// <summary>Attempts in all: with these waits about six seconds at most, then the caller knows better what to do.</summary>
    public const int Attempts = 6;

    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    /// <summary>True when the attempt that just failed was the last.</summary>
    public bool IsSpent => _backoff.Failures >= Attempts - 1;

    /// <summary>Waits before the next attempt.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(_backoff.Next(), clock, cancellationToken);
}
