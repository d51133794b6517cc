namespace Simulation.World;

/// <summary>Whether a process still lives: nothing reaches a dead one, neither an answer nor a timer.</summary>
internal sealed class Life
{
    // What waits for a timer that never fires again must stay referenced for the rest of the run: the finalizer of a periodic timer
    // would wake it, on a thread of its own.
    private readonly HashSet<SimulatedTimer> _timers = [];

    public bool IsOver { get; private set; }

    public void Keep(SimulatedTimer timer) => _timers.Add(timer);

    public void Forget(SimulatedTimer timer)
    {
        if (!IsOver)
            _timers.Remove(timer);
    }

    public void End() => IsOver = true;
}
