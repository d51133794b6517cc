using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>Divides messages among batch calls.</summary>
internal static class SqsBatchPlan
{
    /// <summary>
    /// Runs of consecutive messages, in order and without gaps, each within <see cref="QueueLimits.CallMessages"/> and
    /// <see cref="QueueLimits.CallBytes"/>. A message over the limit gets a call of its own.
    /// </summary>
    public static List<Range> Split(IReadOnlyList<ReadOnlyMemory<byte>> messages, QueueLimits limits)
    {
        var calls = new List<Range>();
        var start = 0;
        long bytes = 0;
        for (var i = 0; i < messages.Count; i++)
        {
            if (i > start && (i - start == limits.CallMessages || bytes + messages[i].Length > limits.CallBytes))
            {
                calls.Add(start..i);
                (start, bytes) = (i, 0);
            }

            bytes += messages[i].Length;
        }

        if (start < messages.Count)
            calls.Add(start..messages.Count);
        return calls;
    }

    /// <summary>Runs of at most <paramref name="most"/> out of <paramref name="count"/>.</summary>
    public static List<Range> Split(int count, int most)
    {
        var calls = new List<Range>((count + most - 1) / most);
        for (var start = 0; start < count; start += most)
            calls.Add(start..Math.Min(start + most, count));
        return calls;
    }
}
