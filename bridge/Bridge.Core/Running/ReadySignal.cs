namespace Bridge.Core.Running;

/// <summary>A condition that callers can await. It may become true and false repeatedly.</summary>
internal sealed class ReadySignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True while the condition holds.</summary>
    public bool IsReady
    {
        get
        {
            lock (_lock)
                return _ready.Task.IsCompleted;
        }
    }

    /// <summary>Evaluates the condition, and completes the waits when it holds. Evaluations never run concurrently.</summary>
    public void Update(Func<bool> condition)
    {
        lock (_lock)
        {
            if (condition())
                _ready.TrySetResult();
            else if (_ready.Task.IsCompleted)
                _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Completes when the condition holds. It may be false again when the caller continues.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return _ready.Task.WaitAsync(cancellationToken);
    }
}
