using System.Globalization;

namespace Bridge.Edge.Spool;

/// <summary>The files of a spool, private to their owner: folders have mode 0700, files 0600.</summary>
/// <param name="directory">An absolute path.</param>
internal sealed class SpoolFolder(string directory)
{
    private const string Restoring = ".restoring";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateFolder = Private | UnixFileMode.UserExecute;

    /// <summary>The folder.</summary>
    public string Directory => directory;

    /// <summary>The database.</summary>
    public string Database { get; } = Path.Combine(directory, "spool.db");

    /// <summary>SQLite's write-ahead log of it.</summary>
    public string Log => LogOf(Database);

    /// <summary>Where damaged databases are kept.</summary>
    public string Damaged { get; } = Path.Combine(directory, "damaged");

    /// <summary>True when a bridge has ever used the folder.</summary>
    public bool HasLock => File.Exists(LockFile);

    /// <summary>True while another process has the folder locked.</summary>
    public bool IsInUse
    {
        get
        {
            // A missing lock file is not created: it would belong to whoever runs a command.
            if (!HasLock)
                return false;
            try
            {
                Lock().Dispose();
                return false;
            }
            catch (SpoolInUseException)
            {
                return true;
            }
        }
    }

    private string LockFile => Path.Combine(directory, "lock");

    /// <summary>The write-ahead log of a database.</summary>
    public static string LogOf(string database) => database + "-wal";

    /// <summary>Creates the folder.</summary>
    public void Create() => Create(directory);

    /// <summary>Locks the folder for this process until the result is disposed, or the process is gone.</summary>
    /// <exception cref="SpoolInUseException">Another process has it locked.</exception>
    public FileStream Lock()
    {
        try
        {
            return OpenFile(LockFile, FileMode.OpenOrCreate);
        }
        catch (IOException exception) when (IsLocked(exception))
        {
            throw new SpoolInUseException(
                $"the spool in {directory} is in use by another process: stop that one, or use another folder");
        }
    }

    /// <summary>Creates an empty database file, so that SQLite does not create it readable for everybody.</summary>
    public void CreateDatabase()
    {
        if (!File.Exists(Database))
            OpenFile(Database, FileMode.CreateNew).Dispose();
    }

    /// <summary>Bytes of database and log.</summary>
    public long Bytes() => LengthOf(Database) + LengthOf(Log);

    /// <summary>Bytes that the folder's disk has free for this user.</summary>
    public long FreeBytes() => new DriveInfo(directory).AvailableFreeSpace;

    /// <summary>
    /// Moves the database and its log to the damaged ones, to be restored. Call <see cref="EndRestoring"/> after that: a start
    /// goes on
    /// with what a kill interrupted.
    /// </summary>
    /// <returns>The path of the moved database.</returns>
    public string PutAside(DateTimeOffset now)
    {
        var target = NewDamaged(now);
        OpenFile(target + Restoring, FileMode.CreateNew).Dispose();
        if (File.Exists(Log))
            File.Move(Log, LogOf(target));
        File.Move(Database, target);
        File.Delete(Database + "-shm");
        return target;
    }

    /// <summary>Says that a moved database is restored.</summary>
    public static void EndRestoring(string damaged) => File.Delete(damaged + Restoring);

    /// <summary>Moved databases whose restoring was interrupted.</summary>
    public IReadOnlyList<string> FindInterrupted() => !System.IO.Directory.Exists(Damaged)
        ? []
        : [
            .. System.IO.Directory.GetFiles(Damaged, "*" + Restoring)
                .Order(StringComparer.Ordinal)
                .Select(file => file[..^Restoring.Length]),
        ];

    /// <summary>Copies the log to the damaged ones.</summary>
    /// <returns>The path of the copy.</returns>
    public string CopyLog(DateTimeOffset now)
    {
        var target = LogOf(NewDamaged(now));
        using var source = File.OpenRead(Log);
        using var copy = OpenFile(target, FileMode.CreateNew);
        source.CopyTo(copy);
        copy.Flush(flushToDisk: true);
        return target;
    }

    /// <summary>Bytes of a file; 0 where there is none.</summary>
    public static long LengthOf(string file) => new FileInfo(file) is { Exists: true } info ? info.Length : 0;

    // For this process alone, and for its owner alone.
    private static FileStream OpenFile(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Private;
        return new FileStream(path, options);
    }

    private string NewDamaged(DateTimeOffset now)
    {
        Create(Damaged);
        var name = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);
        for (var number = 1; ; number++)
        {
            var path = Path.Combine(Damaged, number == 1 ? $"spool-{name}.db" : $"spool-{name}-{number}.db");
            if (!File.Exists(path) && !File.Exists(LogOf(path)))
                return path;
        }
    }

    private static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            System.IO.Directory.CreateDirectory(folder);
            return;
        }

        System.IO.Directory.CreateDirectory(folder, PrivateFolder);
        try
        {
            File.SetUnixFileMode(folder, PrivateFolder);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            // A mounted volume belongs to its administrator. The files in it are private all the same.
        }
    }

    // Without sharing, .NET locks the file; a lock of another process is EWOULDBLOCK, or a sharing violation on Windows.
    private static bool IsLocked(IOException exception) =>
        exception.HResult is 11 or 35 || (exception.HResult & 0xffff) == 32;
}

/// <summary>Another process works with the spool.</summary>
internal sealed class SpoolInUseException(string message) : IOException(message);
