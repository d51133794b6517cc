using System.Diagnostics.CodeAnalysis;
using Bridge.Core.Running;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Governance;
using Telemetry.Wire;

namespace Bridge.Edge.Spool;

/// <summary>
/// Stores sealed batches on the disk until they are settled. A thread of its own commits: at once for whoever waits, else after
/// <see cref="SpoolOptions.SyncInterval"/>. What fails is tried again each second, and no events are taken meanwhile.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "DisposeAsync releases them, after the thread has ended.")]
internal sealed class BatchSpool : IAsyncDisposable
{
    /// <summary>Bytes of batches that may wait for their commit; more wait to be packed.</summary>
    public const int MaxPendingBytes = 4 * 1024 * 1024;

    private const int IoError = 10;
    private const int Full = 13;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    // A disk that damages every file would be filled with copies.
    private static readonly TimeSpan RepairInterval = TimeSpan.FromSeconds(30);

    private readonly SpoolOptions _options;
    private readonly MasterKey? _key;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly SpoolStore _store;
    private readonly CommitQueue _queue = new();
    private readonly ReadySignal _room = new();
    private readonly ReadySignal _unread = new();
    private readonly SemaphoreSlim _packing = new(1, 1);
    private readonly AutoResetEvent _wake = new(initialState: true);
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SpoolPacker? _packer;
    private volatile SpoolFigures _figures = SpoolFigures.Empty;
    private volatile string? _problem = "it is not open yet";
    private volatile string? _damage;
    private long? _repairedAt;
    private volatile ReadRows? _allRead;
    private volatile bool _isFull = true;
    private volatile bool _isDue;
    private volatile bool _isStopping;
    private int _timerIsSet;

    /// <summary>Begins to open the spool. Nothing is taken before <see cref="WaitForRoomAsync"/> completes.</summary>
    /// <param name="options">Valid options with a folder.</param>
    /// <param name="key">Encrypts the batches; null for none.</param>
    /// <param name="clock">Every time.</param>
    /// <param name="log">Told of every trouble.</param>
    public BatchSpool(SpoolOptions options, MasterKey? key, TimeProvider clock, ILogger<BatchSpool> log)
    {
        (_options, _key, _clock, _log) = (options, key, clock, log);
        _store = new SpoolStore(options, clock, log);
        _timer = clock.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        new Thread(Run) { Name = "spool", IsBackground = true }.Start();
    }

    /// <summary>The folder.</summary>
    public string Directory => _options.Directory!;

    /// <summary>True while no events are taken: it is full, fails, or is not open yet.</summary>
    public bool IsFull => _isFull;

    /// <summary>Why no events are taken, in one line; null while they are.</summary>
    public string? Problem => _problem;

    /// <summary>What it holds.</summary>
    public SpoolFigures Figures => _figures;

    /// <summary>How often the database was opened: whoever reads begins again when it changes.</summary>
    public int Openings => _store.Openings;

    /// <summary>Bytes of the longest event that fits.</summary>
    public long LargestEvent => Math.Min(CodecLimits.Default.EventBytes, _store.LargestBatch);

    /// <summary>Completes when events are taken.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellationToken) => _room.WaitAsync(cancellationToken);

    /// <summary>Packs events as one batch, to be committed soon. Waits while much is to be committed.</summary>
    /// <param name="lines">At least one event; each is one line that ends in LF.</param>
    /// <param name="cancellationToken">Ends the wait; the events are not stored then.</param>
    public async Task AppendAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        await _packing.WaitAsync(cancellationToken);
        try
        {
            while (_packer is null || _queue.Bytes >= MaxPendingBytes)
                await WaitForPackingAsync(cancellationToken);
            _queue.Add(_packer.Pack(lines.Span));
        }
        finally
        {
            _packing.Release();
        }

        SetTimer(_options.SyncInterval);
        if (_queue.Bytes >= MaxPendingBytes / 2)
            Wake();
    }

    /// <summary>Commits what was appended before, and completes when it is on the disk. All who wait share one commit.</summary>
    /// <exception cref="IOException">The spool has ended without it.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        var committed = _queue.WaitAsync();
        if (!committed.IsCompleted)
            Wake();
        await committed.WaitAsync(cancellationToken);
    }

    /// <summary>Removes a row with the next commit.</summary>
    public void Remove(in SettledRow row)
    {
        _queue.Remove(row);
        SetTimer(_options.SyncInterval);
    }

    /// <summary>True for a row that is settled, and removed with the next commit.</summary>
    public bool IsRemoved(long id) => _queue.IsRemoved(id);

    /// <summary>The row behind another, and the bytes of its batch; null when there is none, or while the database is not open.</summary>
    public (long Id, int Bytes)? FindNext(long after) => Read(store => store.FindNext(after));

    /// <summary>A row; null when it is gone, or while the database is not open.</summary>
    public SpooledBatch? Read(long id) => Read(store => store.Read(id));

    /// <summary>Completes when a row behind this one is committed, or the database was opened again.</summary>
    /// <param name="last">The last row when the reading came to the end.</param>
    /// <param name="openings">What <see cref="Openings"/> was then.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitForRowsAsync(long last, int openings, CancellationToken cancellationToken)
    {
        _unread.Update(() => Openings != openings || Figures.LastId > last);
        return _unread.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Says that all rows up to one were read and settled. If there are more than came since, the database does not lead to them: it is
    /// damaged.
    /// </summary>
    /// <param name="last">The last row when the reading came to the end.</param>
    /// <param name="openings">What <see cref="Openings"/> was then.</param>
    public void CheckSettled(long last, int openings)
    {
        if (Figures.Batches == 0 || !_store.IsReadable)
            return;
        _allRead = new ReadRows(last, openings);
        Wake();
    }

    /// <summary>Commits what was appended, and ends. A commit that fails is not tried again.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        Wake();
        await _ended.Task;
        await _timer.DisposeAsync();
        _wake.Dispose();
        _packing.Dispose();
    }

    private bool MayRepair => _repairedAt is not { } last || _clock.GetElapsedTime(last) >= RepairInterval;

    // Nothing announces that the queue has shrunk but a commit.
    private async Task WaitForPackingAsync(CancellationToken cancellationToken)
    {
        Wake();
        if (_packer is null)
            await _room.WaitAsync(cancellationToken);
        else
            await CommitAsync(cancellationToken);
    }

    private T? Read<T>(Func<SpoolStore, T?> read)
    {
        try
        {
            return read(_store);
        }
        catch (SpoolDamageException damage)
        {
            _damage ??= damage.Message;
            Wake();
            return default;
        }
    }

    private void Run()
    {
        while (!_isStopping)
        {
            _wake.WaitOne();
            Attempt(Work);
        }

        // Once more, for what was appended last.
        _isDue = true;
        if (!_queue.IsEmpty)
            Attempt(Work);
        if (_queue.Batches > 0)
            SpoolLog.Lost(_log, _queue.Batches, _problem ?? "it ends");
        _queue.Abandon();
        Attempt(_store.Dispose);
        _ended.SetResult();
    }

    private void Attempt(Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception)
        {
            OnFailure(exception);
        }
    }

    private void Work()
    {
        if (!_store.IsOpen)
            Open();
        LookForMissingRows();
        if (_damage is { } damage)
            Repair(damage);
        if (!_isDue && !_queue.HasWaiters && _queue.Bytes < MaxPendingBytes / 2)
            return;
        _isDue = false;
        bool isBlocked;
        while (_queue.Peek(_store.Measure(), out isBlocked) is { } group)
        {
            _store.Commit(group);
            _queue.Commit(group);
        }

        Publish(isBlocked);
        if (isBlocked)
            SetTimer(RetryInterval);
    }

    private void LookForMissingRows()
    {
        var read = _allRead;
        _allRead = null;
        if (read?.Openings == Openings && _store.State is { } state && state.Batches - _queue.Removed > state.NextId - 1 - read.Last)
            _damage ??= "rows are missing";
    }

    private void Open()
    {
        _store.Open();
        _packer ??= new SpoolPacker(_store.State!.Sender, _store.State.NextSequence, _key, _clock);
        SpoolLog.Opened(_log, Directory, _store.State!.Batches, _store.State.Events);
        Publish(isBlocked: false);
    }

    private void Repair(string reason)
    {
        if (!MayRepair)
            throw new SpoolDamageException(reason);
        SetProblem($"the spool in {Directory} is damaged and being replaced: {reason}");
        _damage = null;
        _repairedAt = _clock.GetTimestamp();
        _store.Repair(reason);
        Publish(isBlocked: false);
    }

    // Tells everybody what is on the disk now.
    private void Publish(bool isBlocked)
    {
        var (state, space) = (_store.State!, _store.Measure());
        _figures = new SpoolFigures(state.Batches, state.Events, _store.Bytes, state.NextId - 1, state.Batches == 0 ? null : _store.ReadOldest(), _store.Damages);
        SetProblem(isBlocked || space.IsFull(_isFull) ? FullText(space) : null);
        _unread.Update(() => true);
    }

    private void OnFailure(Exception exception)
    {
        if (SpoolDamageException.IsCorrupt(exception))
            _damage ??= exception is SpoolDamageException ? exception.Message : "it cannot be written";
        else
            _store.Close();
        SetProblem(Describe(exception));
        _isDue = true;
        if (_damage is not null && MayRepair)
            Wake();
        else
            SetTimer(RetryInterval);
    }

    private void SetProblem(string? problem)
    {
        var before = _problem;
        _problem = problem;
        _isFull = problem is not null;
        _room.Update(() => problem is null);
        if (problem is null && before is not null)
            SpoolLog.TakesAgain(_log);
        else if (problem is not null && before is null)
            SpoolLog.Failing(_log, problem);
    }

    private string FullText(SpoolSpace space) => space.IsShortOfDisk
        ? $"the spool in {Directory} is full: its disk has less than Bridge:Spool:MinFreeBytes free"
        : $"the spool in {Directory} is full: Bridge:Spool:MaxBytes is {_options.MaxBytes}";

    private string Describe(Exception exception) => exception switch
    {
        SpoolInUseException => exception.Message,
        SqliteException { SqliteErrorCode: Full } => $"the spool in {Directory} cannot be written: its disk is full",
        SqliteException { SqliteErrorCode: IoError } sqlite =>
            $"the spool in {Directory} cannot be written: its disk fails (SQLite {sqlite.SqliteExtendedErrorCode})",
        SqliteException sqlite => $"the spool in {Directory} cannot be written (SQLite {sqlite.SqliteExtendedErrorCode})",
        SpoolDamageException => $"the spool in {Directory} is damaged again and again: {exception.Message}",
        _ => $"the spool in {Directory} cannot be written ({FailureText.TypesOf(exception)})",
    };

    private void OnTimer()
    {
        Interlocked.Exchange(ref _timerIsSet, 0);
        _isDue = true;
        Wake();
    }

    private void SetTimer(TimeSpan due)
    {
        if (Interlocked.Exchange(ref _timerIsSet, 1) == 0)
            _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        try
        {
            _wake.Set();
        }
        catch (ObjectDisposedException)
        {
            // The spool has ended.
        }
    }

    private sealed record ReadRows(long Last, int Openings);
}

/// <summary>What a spool holds.</summary>
/// <param name="Batches">Batches that are committed and not removed.</param>
/// <param name="Events">Events in them.</param>
/// <param name="Bytes">Bytes of its files.</param>
/// <param name="LastId">The row that was added last.</param>
/// <param name="Oldest">When the oldest batch was stored; null when there is none.</param>
/// <param name="Damages">How often a damaged database or log was found since the start.</param>
internal sealed record SpoolFigures(long Batches, long Events, long Bytes, long LastId, DateTimeOffset? Oldest, int Damages)
{
    /// <summary>Those of a spool that is not open yet.</summary>
    public static SpoolFigures Empty { get; } = new(0, 0, 0, 0, null, 0);
}
