namespace Bridge.Edge.Listening;

/// <summary>Cancels when nothing has arrived on a connection for a time.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _idle;
    private readonly ITimer? _timer;

    /// <param name="timeout">The time; 0 for no limit.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="stop">Cancels too.</param>
    public IdleWatch(TimeSpan timeout, TimeProvider clock, CancellationToken stop)
    {
        _timeout = timeout;
        _idle = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (timeout == TimeSpan.Zero)
            return;
        _timer = clock.CreateTimer(
            static idle => ((CancellationTokenSource)idle!).Cancel(), _idle, timeout, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _idle.Token;

    /// <summary>Something arrived.</summary>
    public void Restart() => _timer?.Change(_timeout, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer?.Dispose();
        _idle.Dispose();
    }
}
