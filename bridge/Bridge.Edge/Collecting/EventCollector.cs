using Bridge.Core.Running;
using Bridge.Edge.Spool;
using Microsoft.Extensions.Logging;
using Telemetry.Wire;

namespace Bridge.Edge.Collecting;

/// <summary>
/// Gathers the events of one intake and stores them as batches: when there are enough, when the first has waited for the linger time, or
/// when somebody waits for the disk. While one batch is being committed for those who wait, the next one grows.
/// </summary>
internal sealed class EventCollector : IEventCollector, IAsyncDisposable
{
    /// <summary>Bytes of events that are stored without waiting for more.</summary>
    public const int BytesToStore = 128 * 1024;

    private const int MaxBytes = 1024 * 1024;
    private const int MaxEvents = 16 * 1024;
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
    private const byte LineFeed = (byte)'\n';

    private readonly BatchSpool _spool;
    private readonly TimeSpan _linger;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly ReadySignal _room = new();
    private readonly SemaphoreSlim _flush = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly Task _running;
    private readonly Lock _gate = new();

    // Under the lock.
    private PooledBytes? _lines;
    private int _events;
    private bool _isFlushing;
    private bool _isStopped;
    private TaskCompletionSource? _waiting;

    /// <summary>Begins to gather.</summary>
    /// <param name="spool">Where batches are stored.</param>
    /// <param name="linger">How long an event may wait for others.</param>
    /// <param name="clock">Measures the linger time.</param>
    /// <param name="log">Told of a defect.</param>
    public EventCollector(BatchSpool spool, TimeSpan linger, TimeProvider clock, ILogger<EventCollector> log)
    {
        (_spool, _linger, _clock) = (spool, linger, clock);
        _timer = clock.CreateTimer(_ => OnLingered(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _room.Update(() => true);
        _running = Task.Run(() => KeptLoop.RunAsync("Collecting events", StoreAsync, log, clock, _stop.Token));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The event is longer than <see cref="BatchSpool.LargestEvent"/>.</exception>
    public bool TryAdd(ReadOnlySpan<byte> json)
    {
        if (_spool.IsFull)
            return false;
        if (json.Length > _spool.LargestEvent)
            throw new ArgumentException($"an event of {json.Length} bytes: the spool takes at most {_spool.LargestEvent}", nameof(json));
        lock (_gate)
        {
            if (_isStopped || !HasRoom)
                return false;
            Append(json);
            if (_lines!.Length >= BytesToStore || _events >= MaxEvents)
                Flush();
            return true;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The event is longer than <see cref="BatchSpool.LargestEvent"/>.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended, or the collector was.</exception>
    public ValueTask AddAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        TryAdd(json.Span) ? ValueTask.CompletedTask : WaitAndAddAsync(json.ToArray(), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="IOException">The spool has ended without storing them.</exception>
    public Task WaitUntilSpooledAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_isStopped)
                return Task.FromException(new IOException("the collector has ended"));
            _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var waiting = _waiting.Task;
            Flush();
            return waiting.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Takes no more events, and hands those that it has to the spool; gives up after 5 s.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _isStopped = true;
        await _stop.CancelAsync();
        using (_clock.CreateTimer(_ => _abort.Cancel(), null, StopTimeout, Timeout.InfiniteTimeSpan))
        {
            await _running;
            await StoreRestAsync();
        }

        await _timer.DisposeAsync();
        _flush.Dispose();
        _stop.Dispose();
        _abort.Dispose();
    }

    private bool HasRoom => _lines is null || (_lines.Length < MaxBytes && _events < MaxEvents);

    private async ValueTask WaitAndAddAsync(byte[] json, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        do
        {
            await _spool.WaitForRoomAsync(either.Token);
            await _room.WaitAsync(either.Token);
        }
        while (!TryAdd(json));
    }

    // A line feed in valid JSON stands between its tokens, where a space means the same.
    private void Append(ReadOnlySpan<byte> json)
    {
        if (_lines is null)
        {
            _lines = new PooledBytes(BytesToStore + json.Length + 1);
            _timer.Change(_linger, Timeout.InfiniteTimeSpan);
        }

        var line = _lines.Reserve(json.Length + 1)[..(json.Length + 1)];
        json.CopyTo(line);
        line[..^1].Replace(LineFeed, (byte)' ');
        line[^1] = LineFeed;
        _lines.Advance(line.Length);
        _events++;
        if (!HasRoom)
            _room.Update(() => false);
    }

    private void OnLingered()
    {
        lock (_gate)
            Flush();
    }

    // Under the lock.
    private void Flush()
    {
        if (_isFlushing)
            return;
        _isFlushing = true;
        _flush.Release();
    }

    private async Task StoreAsync(CancellationToken stop)
    {
        while (true)
        {
            await _flush.WaitAsync(stop);
            await StoreOnceAsync();
        }
    }

    private async Task StoreRestAsync()
    {
        try
        {
            await StoreOnceAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Those who wait are told; the spool has logged why it takes nothing.
        }
    }

    private async Task StoreOnceAsync()
    {
        var (lines, waiting) = Take();
        try
        {
            if (lines is not null)
                await _spool.AppendAsync(lines.Memory, _abort.Token);
            if (waiting is not null)
                await _spool.CommitAsync(_abort.Token);
            waiting?.SetResult();
        }
        catch (Exception exception)
        {
            waiting?.SetException(exception);
            throw;
        }
        finally
        {
            lines?.Dispose();
        }
    }

    private (PooledBytes? Lines, TaskCompletionSource? Waiting) Take()
    {
        lock (_gate)
        {
            var taken = (_lines, _waiting);
            (_lines, _events, _waiting, _isFlushing) = (null, 0, null, false);
            _room.Update(() => true);
            return taken;
        }
    }
}
