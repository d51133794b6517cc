using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Telemetry.Tests.Support;

/// <summary>A clock that stands still until a test moves it, and shows which timers run.</summary>
internal sealed class WatchedTimeProvider : FakeTimeProvider
{
    private readonly ConcurrentDictionary<WatchedTimer, DateTimeOffset> _due = new();

    /// <summary>When the timers that run are due, from now.</summary>
    internal IReadOnlyList<TimeSpan> Due => [.. _due.Values.Select(due => due - GetUtcNow()).Order()];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WatchedTimer(this);
        timer.Inner = base.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(dueTime, period);
        return timer;

        void Fire()
        {
            timer.Schedule(timer.Period);
            callback(state);
        }
    }

    /// <summary>Waits, in real time and bounded, until a timer runs that matches; then moves the clock to it.</summary>
    internal async Task AdvanceToAsync(Func<TimeSpan, bool> matches)
    {
        TimeSpan due = default;
        await Eventually.TrueAsync(() => Due.Any(span => matches(due = span)));
        Advance(due);
    }

    private sealed class WatchedTimer(WatchedTimeProvider clock) : ITimer
    {
        internal ITimer Inner { get; set; } = null!;

        internal TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Period = period;
            Schedule(dueTime);
            return Inner.Change(dueTime, period);
        }

        public void Dispose()
        {
            Schedule(Timeout.InfiniteTimeSpan);
            Inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Schedule(TimeSpan wait)
        {
            if (wait == Timeout.InfiniteTimeSpan)
                clock._due.TryRemove(this, out _);
            else
                clock._due[this] = clock.GetUtcNow() + wait;
        }
    }
}
