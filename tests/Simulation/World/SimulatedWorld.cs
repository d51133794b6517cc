using System.Diagnostics;

namespace Simulation.World;

/// <summary>
/// Time, chance and order of one run. Everything happens on the thread pool's only thread: what is queued there is worked off
/// first; then time jumps to the next thing planned. A seed therefore always gives the same run.
/// </summary>
internal sealed class SimulatedWorld : IThreadPoolWorkItem
{
    // A run has some ten thousand steps; one that never ends is told from one that is long.
    private const long MostSteps = 5_000_000;

    private readonly PriorityQueue<Action, (long At, int Tie, long Number)> _plan = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Trace _trace;
    private long _steps;
    private long _planned;

    public SimulatedWorld(int seed, Trace trace)
    {
        Random = new Random(seed);
        _trace = trace;
    }

    /// <summary>The only source of chance.</summary>
    public Random Random { get; }

    /// <summary>Since the run's beginning.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Steps so far.</summary>
    public long Steps => _steps;

    /// <summary>Ends when the run does; fails with the rule that was broken.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Begins to run.</summary>
    public void Start() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Ends the run well.</summary>
    public void End() => _ended.TrySetResult();

    /// <summary>Ends the run: a rule is broken.</summary>
    public void Break(string rule) => Fail(new BrokenRuleException($"at {Now:c}: {rule}"));

    /// <summary>Plans something.</summary>
    public void After(TimeSpan delay, Action action) =>
        _plan.Enqueue(action, ((Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero)).Ticks, Random.Next(), _planned++));

    /// <summary>True with a probability.</summary>
    public bool Chance(double probability) => Random.NextDouble() < probability;

    /// <summary>A time between two bounds, most often near the lower one.</summary>
    public TimeSpan Between(TimeSpan least, TimeSpan most)
    {
        var skew = Random.NextDouble();
        return least + ((most - least) * (skew * skew));
    }

    /// <summary>A time between two bounds in milliseconds.</summary>
    public TimeSpan Milliseconds(double least, double most) => Between(TimeSpan.FromMilliseconds(least), TimeSpan.FromMilliseconds(most));

    /// <summary>Notes what happens: shown when it is asked for, and part of the run's fingerprint.</summary>
    public void Note(string what) => _trace.Add(Now, what);

    void IThreadPoolWorkItem.Execute()
    {
        if (_ended.Task.IsCompleted)
            return;

        // Queued behind whatever the last step has set going: time stands still until all of that has run.
        if (ThreadPool.PendingWorkItemCount == 0)
            Step();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Step()
    {
        if (++_steps > MostSteps || !_plan.TryDequeue(out var action, out var due))
        {
            Break(_steps > MostSteps ? $"no end after {MostSteps} steps" : "nothing is planned any more: something waits for good");
            return;
        }

        Debug.Assert(due.At >= Now.Ticks, "time runs backwards");
        Now = TimeSpan.FromTicks(due.At);
        try
        {
            action();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void Fail(Exception e)
    {
        Note(e.Message);
        _ended.TrySetException(e);
    }
}
