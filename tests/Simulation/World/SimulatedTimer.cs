namespace Simulation.World;

/// <summary>A timer that the world fires.</summary>
internal sealed class SimulatedTimer(SimulatedWorld world, Life life, TimerCallback callback, object? state) : ITimer
{
    private TimeSpan _period;

    // A planned firing of an earlier setting is ignored when its time comes.
    private int _setting;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        _setting++;
        _period = period;
        if (dueTime != Timeout.InfiniteTimeSpan)
            Plan(dueTime);
        return true;
    }

    public void Dispose()
    {
        _setting++;
        life.Forget(this);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Plan(TimeSpan delay)
    {
        var setting = _setting;
        life.Keep(this);
        world.After(delay, () =>
        {
            if (setting != _setting || life.IsOver)
                return;
            if (_period > TimeSpan.Zero)
                Plan(_period);
            else
                life.Forget(this);
            callback(state);
        });
    }
}
