using Microsoft.Data.Sqlite;

namespace Bridge.Edge.Spool;

/// <summary>Connections to the database of a spool.</summary>
internal static class SpoolConnection
{
    // Seconds that a call waits for a lock of another connection.
    private const int LockTimeout = 1;

    public static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = LockTimeout };
        var connection = new SqliteConnection(settings.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static void Execute(this SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    public static long ScalarInt64(this SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar() is long value ? value : -1;
    }

    /// <summary>A stored time; one that a damaged row has may be none.</summary>
    public static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(
        Math.Clamp(milliseconds, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}

/// <summary>The database of a spool is damaged.</summary>
internal sealed class SpoolDamageException(string message, Exception? cause = null) : Exception(message, cause)
{
    private const int Error = 1;
    private const int Corrupt = 11;
    private const int Mismatch = 20;
    private const int NotADatabase = 26;

    /// <summary>True when SQLite says that the file is damaged.</summary>
    public static bool IsCorrupt(Exception exception) =>
        exception is SpoolDamageException or SqliteException { SqliteErrorCode: Corrupt or NotADatabase };

    /// <summary>True when opening or reading failed since the file is damaged.</summary>
    public static bool Causes(Exception exception) => exception switch
    {
        _ when IsCorrupt(exception) => true,

        // A table or column that the schema has no longer; a value of another type.
        SqliteException sqlite => sqlite.SqliteErrorCode is Error or Mismatch,
        InvalidCastException or InvalidOperationException or OverflowException => true,
        _ => false,
    };
}
