namespace HostFigures;

/// <summary>The middle of many times, which a busy machine disturbs the least.</summary>
internal static class Median
{
    internal static double Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(time => time.TotalMilliseconds).Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
