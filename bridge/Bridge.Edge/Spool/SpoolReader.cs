using Microsoft.Data.Sqlite;

namespace Bridge.Edge.Spool;

/// <summary>A connection that only reads: it disturbs no writer, also not that of another process.</summary>
internal sealed class SpoolReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _next;
    private readonly SqliteCommand _row;

    public SpoolReader(string database)
    {
        _connection = SpoolConnection.Open(database, SqliteOpenMode.ReadOnly);
        try
        {
            _next = Prepare("SELECT id, length(batch) FROM batches WHERE id > $id ORDER BY id LIMIT 1");
            _row = Prepare("SELECT stored, events, batch FROM batches WHERE id = $id");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>The row behind another, and the bytes of its batch; null when there is none.</summary>
    /// <exception cref="SpoolDamageException">The rows are not in order: reading them would never end.</exception>
    public (long Id, int Bytes)? FindNext(long after)
    {
        _next.Parameters[0].Value = after;
        using var reader = _next.ExecuteReader();
        if (!reader.Read())
            return null;
        var id = reader.GetInt64(0);
        return id > after ? (id, reader.GetInt32(1)) : throw new SpoolDamageException("rows are out of order");
    }

    /// <summary>Reads a row; null when it is gone.</summary>
    public SpooledBatch? Read(long id)
    {
        _row.Parameters[0].Value = id;
        using var reader = _row.ExecuteReader();
        return reader.Read()
            ? new SpooledBatch(id, SpoolConnection.Time(reader.GetInt64(0)), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2))
            : null;
    }

    /// <summary>The stored state; null when it is not readable.</summary>
    public SpoolState? ReadState()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT value FROM state WHERE id = 1";
        return command.ExecuteScalar() is byte[] value ? SpoolState.Read(value) : null;
    }

    /// <summary>What SQLite finds wrong with the file, at most ten lines.</summary>
    public IReadOnlyList<string> CheckIntegrity()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check(10)";
        using var reader = command.ExecuteReader();
        var problems = new List<string>();
        while (reader.Read())
        {
            if (reader.GetString(0) is not "ok" and var problem)
                problems.Add(problem);
        }

        return problems;
    }

    public void Dispose() => _connection.Dispose();

    private SqliteCommand Prepare(string text)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        command.Parameters.Add("$id", SqliteType.Integer);
        command.Prepare();
        return command;
    }
}
