namespace Bridge;

/// <summary>Tasks that were begun and not awaited, so that a stop can wait for them. A failing task is its own affair.</summary>
internal sealed class TaskGroup
{
    private readonly Lock _gate = new();
    private int _running;
    private TaskCompletionSource? _idle;

    /// <summary>Begins a task.</summary>
    /// <param name="work">Handles its own failures.</param>
    /// <param name="ended">Called when it has ended, however.</param>
    public void Run(Func<Task> work, Action ended)
    {
        lock (_gate)
            _running++;
        _ = Task.Run(async () =>
        {
            try
            {
                await work();
            }
            finally
            {
                ended();
                End();
            }
        });
    }

    /// <summary>Completes when no task runs; tasks begun meanwhile are waited for too.</summary>
    public Task WhenAllAsync()
    {
        lock (_gate)
        {
            if (_running == 0)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    private void End()
    {
        lock (_gate)
        {
            if (--_running == 0)
            {
                _idle?.SetResult();
                _idle = null;
            }
        }
    }
}
