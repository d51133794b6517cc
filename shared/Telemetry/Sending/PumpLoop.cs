using Telemetry.Queues;

namespace Telemetry.Sending;

/// <summary>
/// Sends events in the background when no flush sends them. It runs only while events wait: an idle client has no timer and no
/// task. If a flush comes first, only the timer was started.
/// </summary>
internal sealed class PumpLoop : IAsyncDisposable
{
    private readonly EventPump _pump;
    private readonly SendCounters _counters;
    private readonly Action _sent;
    private readonly TimeSpan _interval;
    private readonly int _sendNowBytes;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _gate = new();

    // Guarded by the gate.
    private ITimer? _timer;
    private bool _waitsForTimer;
    private Task _running = Task.CompletedTask;

    private int _active;

    /// <param name="pump">Does the sending.</param>
    /// <param name="counters">Tell whether events wait.</param>
    /// <param name="sent">Called whenever everything that waited has been sent.</param>
    /// <param name="interval">How long events wait for further events.</param>
    /// <param name="sendNowBytes">With this many buffered bytes, events are sent without waiting for the interval.</param>
    /// <param name="clock">The clock of all waits.</param>
    internal PumpLoop(EventPump pump, SendCounters counters, Action sent, TimeSpan interval, int sendNowBytes, TimeProvider clock)
    {
        (_pump, _counters, _sent, _interval, _sendNowBytes, _clock) = (pump, counters, sent, interval, sendNowBytes, clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task running;
        lock (_gate)
        {
            _timer?.Dispose();
            running = _running;
        }

        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Neither source nor semaphore is disposed: a late Send may still look at them, and they hold memory only.
    }

    /// <summary>Makes sure that buffered events are sent: soon if there are many, else within the flush interval.</summary>
    internal void Wake(int bufferedBytes)
    {
        if (Volatile.Read(ref _active) == 0 && Interlocked.Exchange(ref _active, 1) == 0)
            StartTimer();
        if (bufferedBytes >= _sendNowBytes && _wake.CurrentCount == 0)
            SendNow();
    }

    private void StartTimer()
    {
        lock (_gate)
        {
            _waitsForTimer = true;
            _timer ??= WithoutFlow(NewTimer);
            if (_wake.CurrentCount == 0)
                _timer.Change(_interval, Timeout.InfiniteTimeSpan);
            else
                Start();
        }
    }

    private ITimer NewTimer() =>
        _clock.CreateTimer(static loop => ((PumpLoop)loop!).Start(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private void SendNow()
    {
        lock (_gate)
        {
            if (_wake.CurrentCount == 0)
                _wake.Release();
            Start();
        }
    }

    private void Start()
    {
        lock (_gate)
        {
            // Each time that the timer is set starts one loop: when the timer fires, or earlier when there are enough bytes.
            if (!_waitsForTimer || _stop.IsCancellationRequested)
                return;
            _waitsForTimer = false;
            _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _wake.Wait(0);
            if (!TryStop())
                _running = WithoutFlow(() => Task.Run(RunAsync));
        }
    }

    // The loop outlives the send that starts it, so it must not carry that send's trace and other ambient values.
    private static T WithoutFlow<T>(Func<T> begin)
    {
        if (ExecutionContext.IsFlowSuppressed())
            return begin();
        using (ExecutionContext.SuppressFlow())
            return begin();
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30));
        while (true)
        {
            var drained = await _pump.DrainAsync(fillMessages: true, _stop.Token).ConfigureAwait(false);
            if (drained)
            {
                backoff.Reset();
                _sent();
            }

            if (TryStop())
                return;
            // If the queue answers, a full buffer is sent at once. After a failure, the back-off passes first.
            await (drained ? WaitForEventsAsync() : Task.Delay(backoff.Next(), _clock, _stop.Token)).ConfigureAwait(false);
        }
    }

    private bool TryStop()
    {
        if (_counters.Waiting > 0)
            return false;
        Volatile.Write(ref _active, 0);
        // An event may have come between the count and the mark; its sender saw the loop still running.
        return _counters.Waiting == 0 || Interlocked.Exchange(ref _active, 1) != 0;
    }

    private async Task WaitForEventsAsync()
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny(_wake.WaitAsync(enough.Token), Task.Delay(_interval, _clock, enough.Token)).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
    }
}
