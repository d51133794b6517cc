using Simulation.World;
using Telemetry.Queues;

namespace Simulation.Queues;

/// <summary>One call of the queue service: refused, or done with an answer that may be lost. A dead caller hears nothing.</summary>
internal sealed class Call<T>(SimulatedWorld world, QueueTroubles troubles, Life life, QueueFailure failure)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _isRefused = world.Chance(troubles.Refused);
    private readonly bool _isLost = world.Chance(troubles.AnswerLost);

    public Task<T> Answer => _answer.Task;

    /// <summary>True when the service does nothing; the caller is then told.</summary>
    public bool IsRefused
    {
        get
        {
            if (_isRefused)
                Tell(world.Milliseconds(1, 5_000), () => _answer.TrySetException(new QueueException(failure)));
            return _isRefused;
        }
    }

    public void Complete(Func<T> effect, TimeSpan latency)
    {
        try
        {
            Complete(effect(), latency);
        }
        catch (QueueException e)
        {
            Tell(latency, () => _answer.TrySetException(e));
        }
    }

    public void Complete(T value, TimeSpan latency)
    {
        if (_isLost)
            Tell(world.Milliseconds(1_000, 30_000), () => _answer.TrySetException(new QueueException(failure)));
        else
            Tell(latency, () => _answer.TrySetResult(value));
    }

    private void Tell(TimeSpan latency, Action tell) => world.After(latency, () =>
    {
        if (!life.IsOver)
            tell();
    });
}
