using System.Collections.Concurrent;

namespace Telemetry.Tests.Aws;

/// <summary>Lets short timers fire at once and notes all: back-off passes, what bounds a call runs on real time.</summary>
internal sealed class ImpatientClock : TimeProvider
{
    /// <summary>Timers up to this long fire at once: longer than any back-off, shorter than any call's time-out.</summary>
    public TimeSpan Impatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long those take all the same.</summary>
    public TimeSpan TestTimeout { get; init; }

    /// <summary>The timers that fired at once, in order.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    /// <summary>The others.</summary>
    public ConcurrentQueue<TimeSpan> Deadlines { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < TimeSpan.Zero || dueTime > Impatience)
        {
            Deadlines.Enqueue(dueTime);
            return base.CreateTimer(callback, state, dueTime, period);
        }

        Waits.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TestTimeout, period);
    }
}
