using Microsoft.Data.Sqlite;
using Telemetry.Wire;

namespace Bridge.Edge.Spool;

/// <summary>The one connection that writes to a spool's database. Used by one thread at a time.</summary>
internal sealed class SpoolDatabase : IDisposable
{
    /// <summary>In the database's header: says that a file is a spool.</summary>
    public const int ApplicationId = 0x54515350; // "TQSP"

    private const int SchemaVersion = 1;

    private const string Schema =
        $"""
        CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), value BLOB NOT NULL);
        CREATE TABLE batches (id INTEGER PRIMARY KEY, stored INTEGER NOT NULL, events INTEGER NOT NULL, batch BLOB NOT NULL);
        """;

    private readonly SpoolFolder _folder;
    private readonly SpoolLimits _limits;
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand _setState;
    private readonly SqliteCommand _measure;
    private readonly SqliteCommand _oldest;

    private SpoolDatabase(SpoolFolder folder, SpoolLimits limits, SqliteConnection connection, SpoolState state)
    {
        (_folder, _limits, _connection, State) = (folder, limits, connection, state);
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _insert = Prepare(
            "INSERT INTO batches (id, stored, events, batch) VALUES ($id, $stored, $events, $batch)",
            "$id",
            "$stored",
            "$events",
            "$batch");
        _delete = Prepare("DELETE FROM batches WHERE id = $id", "$id");
        _setState = Prepare("UPDATE state SET value = $value WHERE id = 1", "$value");
        _measure = Prepare("SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count");
        _oldest = Prepare("SELECT stored FROM batches ORDER BY id LIMIT 1");
    }

    /// <summary>What is committed.</summary>
    public SpoolState State { get; private set; }

    /// <summary>Opens the database, or creates it.</summary>
    /// <exception cref="SpoolDamageException">It is no spool, or not whole.</exception>
    /// <exception cref="SqliteException">It cannot be opened or created now.</exception>
    public static SpoolDatabase Open(SpoolFolder folder, SpoolLimits limits, TimeProvider clock)
    {
        folder.CreateDatabase();
        var connection = SpoolConnection.Open(folder.Database, SqliteOpenMode.ReadWrite);
        try
        {
            Configure(connection, limits);
            var state = connection.ScalarInt64("PRAGMA page_count") <= 1 && connection.ScalarInt64("PRAGMA user_version") == 0
                ? CreateSchema(connection, clock)
                : ReadState(connection);
            return new SpoolDatabase(folder, limits, connection, state);
        }
        catch (Exception exception)
        {
            connection.Dispose();
            if (SpoolDamageException.Causes(exception))
                throw new SpoolDamageException("it cannot be opened", exception);
            throw;
        }
    }

    /// <summary>Stores batches and removes others, in one transaction that is on the disk when the call returns.</summary>
    /// <param name="added">Stored in this order behind those before.</param>
    /// <param name="removed">Rows that are gone already are left out.</param>
    public void Commit(IReadOnlyList<SpooledBatch> added, IReadOnlyList<SettledRow> removed)
    {
        InTransaction(state =>
        {
            foreach (var batch in added)
                state = Insert(batch, state);
            foreach (var row in removed)
                state = Delete(row, state);
            return state;
        });
    }

    /// <summary>
    /// Stores batches of a damaged database under their own row numbers; those whose number is taken are left out.
    /// </summary>
    /// <param name="batches">The batches.</param>
    /// <param name="next">Has the sender and the sequence to go on with, and the least number of the next row.</param>
    /// <returns>How many were stored.</returns>
    public int Restore(IReadOnlyList<SpooledBatch> batches, SpoolState next)
    {
        var missing = batches.Where(batch => !Exists(batch.Id)).DistinctBy(batch => batch.Id).ToList();
        InTransaction(state =>
        {
            var nextId = Math.Max(state.NextId, next.NextId);
            foreach (var batch in missing)
            {
                state = Insert(batch, state with { NextId = batch.Id });
                nextId = Math.Max(nextId, state.NextId);
            }

            return state with { Sender = next.Sender, NextSequence = next.NextSequence, NextId = nextId };
        });
        return missing.Count;
    }

    /// <summary>What the spool holds and may take.</summary>
    public SpoolSpace Measure()
    {
        var (pages, free) = CountPages();

        // SQLite believes the number in the file's header, and an altered one would make the spool full for ever.
        if (free < 0 || free >= pages)
            throw new SpoolDamageException("the number of its free pages is wrong");
        var reusable = free * SpoolLimits.PageSize;
        var byLimit = (_limits.MaxPages - pages) * SpoolLimits.PageSize;
        var byDisk = RoomOnDisk();
        if (byDisk < byLimit && byDisk < _limits.LogBytes && TryEmptyLog())
            byDisk = RoomOnDisk();
        var room = reusable + Math.Min(byLimit, byDisk) - _limits.Reserve;
        return new SpoolSpace((pages - free) * SpoolLimits.PageSize, Math.Max(0, room), byDisk < byLimit);
    }

    /// <summary>When the oldest batch was stored; null when there is none.</summary>
    public DateTimeOffset? ReadOldest() => _oldest.ExecuteScalar() is long stored ? SpoolConnection.Time(stored) : null;

    public void Dispose() => _connection.Dispose();

    private (long Pages, long Free) CountPages()
    {
        using var reader = _measure.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    // The log may have to be copied into new pages of the database before it can be used again.
    private long RoomOnDisk() => _folder.FreeBytes() - _limits.MinFreeBytes - SpoolFolder.LengthOf(_folder.Log);

    // Gives the disk back what the log holds.
    private bool TryEmptyLog()
    {
        try
        {
            _connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            return true;
        }
        catch (SqliteException exception) when (!SpoolDamageException.IsCorrupt(exception))
        {
            return false;
        }
    }

    private static void Configure(SqliteConnection connection, SpoolLimits limits) => connection.Execute(
        FormattableString.Invariant(
            $"""
            PRAGMA page_size = {SpoolLimits.PageSize};
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = {limits.CheckpointPages};
            PRAGMA journal_size_limit = {limits.LogBytes};
            PRAGMA max_page_count = {limits.MaxPages};
            PRAGMA cell_size_check = ON;
            """));

    private static SpoolState CreateSchema(SqliteConnection connection, TimeProvider clock)
    {
        var state = SpoolState.Create(clock);
        using var transaction = connection.BeginTransaction(deferred: false);
        using var command = connection.CreateCommand();
        command.CommandText =
            $"{Schema} INSERT INTO state (id, value) VALUES (1, $value); PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion};";
        command.Parameters.AddWithValue("$value", state.ToBytes());
        command.ExecuteNonQuery();
        transaction.Commit();
        return state;
    }

    private static SpoolState ReadState(SqliteConnection connection)
    {
        if (connection.ScalarInt64("PRAGMA user_version") != SchemaVersion
            || connection.ScalarInt64("PRAGMA application_id") != ApplicationId)
        {
            throw new SpoolDamageException("it is no spool of this release");
        }

        if (connection.ScalarInt64("PRAGMA page_size") != SpoolLimits.PageSize)
            throw new SpoolDamageException("its pages have another size");
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM state WHERE id = 1";
        var state = command.ExecuteScalar() is byte[] value ? SpoolState.Read(value) : null;
        return state ?? throw new SpoolDamageException("its state is not readable");
    }

    private void InTransaction(Func<SpoolState, SpoolState> change)
    {
        _begin.ExecuteNonQuery();
        try
        {
            var state = change(State);
            _setState.Parameters[0].Value = state.ToBytes();
            _setState.ExecuteNonQuery();
            _commit.ExecuteNonQuery();
            State = state;
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    private SpoolState Insert(SpooledBatch batch, SpoolState state)
    {
        _insert.Parameters[0].Value = state.NextId;
        _insert.Parameters[1].Value = batch.StoredAt.ToUnixTimeMilliseconds();
        _insert.Parameters[2].Value = batch.Events;
        _insert.Parameters[3].Value = batch.Bytes;
        _insert.ExecuteNonQuery();
        _insert.Parameters[3].Value = null;

        // A damaged batch that is put back has no header to go on from.
        var isWhole = ChunkHeader.Read(batch.Bytes, CodecLimits.Default, out var header) is null;
        return state with
        {
            Sender = isWhole ? header.Batch.Sender : state.Sender,
            NextSequence = isWhole ? header.Batch.Sequence + 1 : state.NextSequence,
            NextId = state.NextId + 1,
            Batches = state.Batches + 1,
            Events = state.Events + batch.Events,
            Bytes = state.Bytes + batch.Bytes.Length,
        };
    }

    private SpoolState Delete(SettledRow row, SpoolState state)
    {
        _delete.Parameters[0].Value = row.Id;
        return _delete.ExecuteNonQuery() == 0
            ? state
            : state with { Batches = state.Batches - 1, Events = state.Events - row.Events, Bytes = state.Bytes - row.Bytes };
    }

    private bool Exists(long id)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT 1 FROM batches WHERE id = $id";
        command.Parameters.AddWithValue("$id", id);
        return command.ExecuteScalar() is not null;
    }

    private void RollBack()
    {
        try
        {
            _connection.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite rolls back by itself after some failures.
        }
    }

    private SqliteCommand Prepare(string text, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        foreach (var name in parameters)
            command.Parameters.Add(name, name is "$batch" or "$value" ? SqliteType.Blob : SqliteType.Integer);
        command.Prepare();
        return command;
    }
}
