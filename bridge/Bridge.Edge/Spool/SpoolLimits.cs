namespace Bridge.Edge.Spool;

/// <summary>What follows from <see cref="SpoolOptions.MaxBytes"/> and <see cref="SpoolOptions.MinFreeBytes"/>.</summary>
internal sealed class SpoolLimits
{
    /// <summary>Bytes of the batches of one transaction, unless a single batch is larger.</summary>
    public const int TransactionBytes = 1024 * 1024;

    /// <summary>Bytes of a page of the database.</summary>
    public const int PageSize = 4_096;

    // A deletion writes to the log before it makes room.
    private const long LeastFreeBytes = 1024 * 1024;
    private const long LargestLog = 8L * 1024 * 1024;

    public SpoolLimits(SpoolOptions options)
    {
        LogBytes = Math.Min(LargestLog, options.MaxBytes / 4);
        CheckpointPages = (int)(LogBytes / 2 / PageSize);
        MaxPages = (options.MaxBytes - LogBytes) / PageSize;
        Reserve = Math.Min(256 * 1024, options.MaxBytes / 16);
        MinFreeBytes = Math.Max(LeastFreeBytes, options.MinFreeBytes);
    }

    /// <summary>Pages of the database at most; its log has the rest.</summary>
    public long MaxPages { get; }

    /// <summary>Bytes of the log.</summary>
    public long LogBytes { get; }

    /// <summary>Pages of the log after which it is copied into the database.</summary>
    public int CheckpointPages { get; }

    /// <summary>Bytes of the database that no batch takes, so that there is room for changes of the tree.</summary>
    public long Reserve { get; }

    /// <summary>Bytes of the disk that stay free.</summary>
    public long MinFreeBytes { get; }

    /// <summary>Bytes of the largest batch that an empty spool takes.</summary>
    public long LargestBatch => Math.Max(0, ((MaxPages * PageSize) - Reserve) / 2);
}
