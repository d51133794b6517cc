namespace Telemetry.Aws;

/// <summary>Time spans as the service counts them: whole seconds, rounded up.</summary>
internal static class SqsSeconds
{
    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(12);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>1 s to 12 h.</summary>
    public static int OfLease(TimeSpan lease)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lease, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lease, LongestLease);
        return Ceiling(lease);
    }

    /// <summary>0 to 12 h.</summary>
    public static int OfDelay(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, LongestLease);
        return Ceiling(delay);
    }

    /// <summary>0 to 20 s.</summary>
    public static int OfWait(TimeSpan wait)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wait, LongestWait);
        return Ceiling(wait);
    }

    private static int Ceiling(TimeSpan span) => (int)Math.Ceiling(span.TotalSeconds);
}
