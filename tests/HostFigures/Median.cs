namespace HostFigures;

/// <summary>The middle of many times, which a busy machine disturbs the least.</summary>
internal static class Median
{
    internal static double Of(IEnumerable<TimeSpan> times)
    {
        var sorted = Sorted(times);
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>How far they spread: the bounds of the half in the middle.</summary>
    internal static string MiddleHalf(IEnumerable<TimeSpan> times)
    {
        var sorted = Sorted(times);
        return $"{sorted[sorted.Count / 4]:0.0} to {sorted[sorted.Count * 3 / 4]:0.0} ms";
    }

    private static List<double> Sorted(IEnumerable<TimeSpan> times) => [.. times.Select(time => time.TotalMilliseconds).Order()];
}
