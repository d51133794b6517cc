using Simulation.World;

namespace Simulation.Broker;

/// <summary>One direction of a connection: in order, late, held up at times, and at some point no more.</summary>
/// <param name="world">Time and chance.</param>
/// <param name="heldUntil">Asked before anything is handed over: until when nothing passes.</param>
internal sealed class Pipe(SimulatedWorld world, Func<TimeSpan> heldUntil)
{
    private readonly Queue<(TimeSpan At, Action Arrive)> _underWay = [];
    private TimeSpan _last;
    private bool _pumping;
    private bool _cut;

    public void Send(Action arrive)
    {
        if (_cut)
            return;
        var at = world.Now + world.Milliseconds(0.1, 20);
        _last = at > _last ? at : _last;
        _underWay.Enqueue((_last, arrive));
        if (!_pumping)
            Plan(_last);
    }

    /// <summary>Goes on after having been held up without an end.</summary>
    public void Resume()
    {
        if (!_cut && _underWay.TryPeek(out var next))
            Plan(next.At);
    }

    /// <summary>What is under way is lost, and whatever is sent from now on.</summary>
    public void Cut()
    {
        _cut = true;
        _underWay.Clear();
    }

    private void Plan(TimeSpan at)
    {
        _pumping = true;
        world.After(at - world.Now, Pump);
    }

    private void Pump()
    {
        _pumping = false;
        if (_underWay.Count == 0)
            return;
        if (heldUntil() is var held && held > world.Now)
        {
            Plan(held);
            return;
        }

        _underWay.Dequeue().Arrive();
        if (!_pumping && _underWay.TryPeek(out var next))
            Plan(next.At);
    }
}
