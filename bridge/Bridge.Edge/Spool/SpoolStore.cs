using Microsoft.Extensions.Logging;
using Telemetry.Wire;

namespace Bridge.Edge.Spool;

/// <summary>
/// The spool's folder with its database, which is replaced when it is damaged. One thread opens, commits and repairs; any thread reads.
/// </summary>
internal sealed class SpoolStore(SpoolOptions options, TimeProvider clock, ILogger log) : IDisposable
{
    private const int RestoredAtATime = 16;

    private readonly SpoolFolder _folder = new(options.Directory!);
    private readonly SpoolLimits _limits = new(options);
    private readonly Lock _reading = new();
    private FileStream? _lock;
    private SpoolDatabase? _database;
    private SpoolReader? _reader;
    private bool _isReadable;
    private int _openings;

    /// <summary>True while batches can be committed.</summary>
    public bool IsOpen => _database is not null;

    /// <summary>True while rows can be read.</summary>
    public bool IsReadable
    {
        get
        {
            lock (_reading)
                return _isReadable;
        }
    }

    /// <summary>What is committed, or was when the database was last open; null before.</summary>
    public SpoolState? State { get; private set; }

    /// <summary>How often the database was opened: rows may have come back since the last time.</summary>
    public int Openings => Volatile.Read(ref _openings);

    /// <summary>Bytes of the largest batch that fits.</summary>
    public long LargestBatch => _limits.LargestBatch;

    /// <summary>Bytes of the files.</summary>
    public long Bytes => _folder.Bytes();

    /// <summary>How often a damaged database or log was found.</summary>
    public int Damages { get; private set; }

    /// <summary>Opens the folder and the database, and replaces a damaged one.</summary>
    public void Open()
    {
        _folder.Create();
        _lock ??= _folder.Lock();
        try
        {
            OpenDatabase();
        }
        catch (SpoolDamageException damage)
        {
            Repair(damage.Message);
            return;
        }

        AllowReading();
    }

    /// <summary>Commits.</summary>
    public void Commit(CommitGroup group)
    {
        _database!.Commit(group.Added, group.Removed);
        State = _database.State;
    }

    /// <summary>How much room there is.</summary>
    public SpoolSpace Measure() => _database!.Measure();

    /// <summary>When the oldest batch was stored; null when there is none.</summary>
    public DateTimeOffset? ReadOldest() => _database!.ReadOldest();

    /// <summary>The row behind another, and the bytes of its batch; null when there is none, or while the database is not open.</summary>
    /// <exception cref="SpoolDamageException">The database is damaged.</exception>
    public (long Id, int Bytes)? FindNext(long after) => Read(reader => reader.FindNext(after));

    /// <summary>A row; null when it is gone, or while the database is not open.</summary>
    /// <exception cref="SpoolDamageException">The database is damaged.</exception>
    public SpooledBatch? Read(long id) => Read(reader => reader.Read(id));

    /// <summary>Moves the database to the damaged ones, and puts what can be read of it into a new one.</summary>
    /// <param name="reason">What the log says.</param>
    public void Repair(string reason)
    {
        Close();
        var damaged = _folder.PutAside(clock.GetUtcNow());
        Damages++;
        SpoolLog.PutAside(log, _folder.Database, reason, damaged);
        _database = SpoolDatabase.Open(_folder, _limits, clock);
        Restore(damaged);
        State = _database.State;
        AllowReading();
    }

    /// <summary>Closes the connections, so that the next attempt begins with what the disk has.</summary>
    public void Close()
    {
        lock (_reading)
        {
            _isReadable = false;
            _reader?.Dispose();
            _reader = null;
        }

        _database?.Dispose();
        _database = null;
    }

    public void Dispose()
    {
        Close();
        _lock?.Dispose();
        _lock = null;
    }

    private void OpenDatabase()
    {
        if (SpoolFolder.LengthOf(_folder.Database) == 0 && SpoolFolder.LengthOf(_folder.Log) > 0)
            throw new SpoolDamageException("it is empty beside a log that is not");
        var ignored = FindIgnored();
        _database = SpoolDatabase.Open(_folder, _limits, clock);
        if (ignored is not null)
            RestoreIgnored(ignored);
        foreach (var damaged in _folder.FindInterrupted())
            Restore(damaged);
        State = _database.State;
    }

    // Read before SQLite opens the log, and writes over what it ignores.
    private List<SpooledBatch>? FindIgnored()
    {
        if (!File.Exists(_folder.Database))
            return null;
        using var file = new DamagedDatabase(_folder.Database);
        if (file.IgnoredPages.Count == 0)
            return null;
        Damages++;
        SpoolLog.LogPutAside(log, _folder.Log, file.IgnoredPages.Count, _folder.CopyLog(clock.GetUtcNow()));
        return [.. file.ReadIgnoredBatches()];
    }

    // The stored state is older than the batches: the sequences behind it may have been used.
    private void RestoreIgnored(List<SpooledBatch> batches)
    {
        var restored = _database!.Restore(batches, SpoolState.Create(clock));
        SpoolLog.Restored(log, restored, _folder.Damaged);
    }

    // What is in the folder already, or was and is settled, may be stored again: as the same batches.
    private void Restore(string damaged)
    {
        var restored = _database!.Restore([], _database.State with { NextId = State?.NextId ?? 1 });
        if (!File.Exists(damaged))
        {
            SpoolFolder.EndRestoring(damaged);
            return;
        }

        using var file = new DamagedDatabase(damaged);
        foreach (var some in file.ReadBatches().Chunk(RestoredAtATime))
        {
            if (!_database.Measure().Fits(some.Sum(batch => (long)batch.Bytes.Length)))
            {
                SpoolLog.RestoreEnded(log, damaged);
                break;
            }

            restored += _database.Restore(some, _database.State);
        }

        SpoolFolder.EndRestoring(damaged);
        SpoolLog.Restored(log, restored, damaged);
    }

    private void AllowReading()
    {
        lock (_reading)
            _isReadable = true;
        Interlocked.Increment(ref _openings);
    }

    private T? Read<T>(Func<SpoolReader, T?> read)
    {
        lock (_reading)
        {
            if (!_isReadable)
                return default;
            try
            {
                _reader ??= new SpoolReader(_folder.Database);
                return read(_reader);
            }
            catch (Exception exception) when (exception is not SpoolDamageException && SpoolDamageException.Causes(exception))
            {
                throw new SpoolDamageException("it cannot be read", exception);
            }
        }
    }
}
