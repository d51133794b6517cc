namespace Telemetry.Queues;

/// <summary>
/// Computes how long to wait before the next attempt. The wait grows exponentially and has jitter, so that clients that failed
/// together do not try again together. Holds only the count of failures; not safe for use by several threads at once.
/// </summary>
/// <param name="first">Upper bound of the first wait.</param>
/// <param name="cap">Upper bound of every wait.</param>
/// <param name="random">Source of the jitter; <see cref="Random.Shared"/> when null.</param>
public sealed class Backoff(TimeSpan first, TimeSpan cap, Random? random = null)
{
    private readonly Random _random = random ?? Random.Shared;
    private int _failures;

    /// <summary>Failures since the last <see cref="Reset"/>.</summary>
    public int Failures => _failures;

    /// <summary>Counts a failure and gives the wait before the next attempt: from half the bound up to the bound.</summary>
    public TimeSpan Next()
    {
        var bound = Math.Min(cap.Ticks, first.Ticks * Math.Pow(2, Math.Min(_failures, 30)));
        _failures++;
        return TimeSpan.FromTicks((long)(bound * (0.5 + (0.5 * _random.NextDouble()))));
    }

    /// <summary>Forgets the failures after a success.</summary>
    public void Reset() => _failures = 0;
}
