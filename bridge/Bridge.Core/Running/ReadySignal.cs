namespace Bridge.Core.Running;

/// <summary>A condition that can be awaited and that may come and go.</summary>
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

    /// <summary>Evaluates the condition and lets waiting callers go when it holds. Evaluations never overlap.</summary>
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

    /// <summary>Completes when the condition holds; it may have gone again by the time that the caller runs.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return _ready.Task.WaitAsync(cancellationToken);
    }
}
