namespace Simulation.World;

/// <summary>A process's clocks: the monotonic one is the world's, the wall clock is wrong by a constant.</summary>
internal sealed class SimulatedClock(SimulatedWorld world, Life life, TimeSpan skew) : TimeProvider
{
    /// <summary>The true time at a run's beginning.</summary>
    public static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => world.Now.Ticks;

    public override DateTimeOffset GetUtcNow() => Epoch + world.Now + skew;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(world, life, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
