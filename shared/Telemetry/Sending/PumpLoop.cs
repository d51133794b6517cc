namespace Telemetry.Sending;

/// <summary>
/// Sends in the background what nobody flushes. Runs only while events wait: an idle client has no timer and no task.
/// </summary>
internal sealed class PumpLoop(EventPump pump, SendCounters counters, Action drained, TimeSpan interval, TimeProvider clock)
    : IAsyncDisposable
{
    // Enough to fill an SQS message of telemetry that compresses as usual.
    private const int WakeBytes = 1024 * 1024;

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private int _active;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _wake.Dispose();
    }

    /// <summary>Sees to it that what is buffered leaves: soon when there is much of it, else within the flush interval.</summary>
    internal void Wake(int bufferedBytes)
    {
        if (Volatile.Read(ref _active) == 0 && Interlocked.Exchange(ref _active, 1) == 0)
            _running = Task.Run(RunAsync);
        if (bufferedBytes >= WakeBytes && _wake.CurrentCount == 0)
            Hurry();
    }

    private void Hurry()
    {
        lock (_gate)
        {
            if (_wake.CurrentCount == 0)
                _wake.Release();
        }
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30));
        while (!_stop.IsCancellationRequested)
        {
            await WaitAsync(backoff.Failures == 0 ? interval : backoff.Next());
            if (_stop.IsCancellationRequested)
                return;
            if (await pump.DrainAsync(counters.Buffered, fillMessages: true, _stop.Token))
            {
                backoff.Reset();
                drained();
            }
            else if (backoff.Failures == 0)
            {
                backoff.Next();
            }

            if (counters.Left < counters.Buffered)
                continue;
            Volatile.Write(ref _active, 0);
            // An event may have come between the count and the mark; its sender saw the loop still running.
            if (counters.Left >= counters.Buffered || Interlocked.Exchange(ref _active, 1) != 0)
                return;
        }
    }

    private async Task WaitAsync(TimeSpan delay)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny(_wake.WaitAsync(enough.Token), Task.Delay(delay, clock, enough.Token));
        await enough.CancelAsync();
    }
}
