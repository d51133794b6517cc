namespace Telemetry.Sending;

/// <summary>
/// Sends in the background what nobody flushes. Runs only while events wait: an idle client has no timer and no task.
/// </summary>
/// <param name="pump">Does the sending.</param>
/// <param name="counters">Tell whether events wait.</param>
/// <param name="sent">Called whenever everything that waited has been sent.</param>
/// <param name="interval">How long events wait for company.</param>
/// <param name="hurryBytes">Buffered bytes that wait no longer.</param>
/// <param name="clock">The clock of all waits.</param>
internal sealed class PumpLoop(
    EventPump pump, SendCounters counters, Action sent, TimeSpan interval, int hurryBytes, TimeProvider clock) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private int _active;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Neither source nor semaphore is disposed: a late Send may still look at them, and they hold memory only.
    }

    /// <summary>Sees to it that what is buffered leaves: soon when there is much of it, else within the flush interval.</summary>
    internal void Wake(int bufferedBytes)
    {
        if (Volatile.Read(ref _active) == 0 && Interlocked.Exchange(ref _active, 1) == 0)
            _running = Start();
        if (bufferedBytes >= hurryBytes && _wake.CurrentCount == 0)
            Hurry();
    }

    // The loop outlives the send that starts it, so it must not carry that send's trace and other ambient values.
    private Task Start()
    {
        if (ExecutionContext.IsFlowSuppressed())
            return Task.Run(RunAsync);
        using (ExecutionContext.SuppressFlow())
            return Task.Run(RunAsync);
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
        TimeSpan? pause = null;
        do
        {
            // A full buffer hurries a queue that answers; one that failed is left alone until its time.
            await (pause is { } span ? Task.Delay(span, clock, _stop.Token) : WaitForEventsAsync());
            if (await pump.DrainAsync(fillMessages: true, _stop.Token))
            {
                pause = null;
                backoff.Reset();
                sent();
            }
            else
            {
                pause = backoff.Next();
            }
        }
        while (!TryRest());
    }

    private bool TryRest()
    {
        if (counters.Current.Waiting > 0)
            return false;
        Volatile.Write(ref _active, 0);
        // An event may have come between the count and the mark; its sender saw the loop still running.
        return counters.Current.Waiting == 0 || Interlocked.Exchange(ref _active, 1) != 0;
    }

    private async Task WaitForEventsAsync()
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny(_wake.WaitAsync(enough.Token), Task.Delay(interval, clock, enough.Token));
        await enough.CancelAsync();
    }
}
