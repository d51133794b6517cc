namespace Bridge.Edge.Spool;

/// <summary>Where intakes store what the broker has not confirmed yet: the section <c>Bridge:Spool</c>.</summary>
internal sealed record SpoolOptions
{
    /// <summary>The configuration section that these are bound from.</summary>
    public const string Section = "Bridge:Spool";

    private const long SmallestMaxBytes = 1024 * 1024;
    private const long LargestMaxBytes = 1024L * 1024 * 1024 * 1024;

    /// <summary>The folder, an absolute path. It belongs to one bridge. Required where an intake uses the spool.</summary>
    public string? Directory { get; init; }

    /// <summary>Bytes of the database and its log at most; 1 MiB to 1 TiB. Default 1 GiB. No intake takes events at the limit.</summary>
    public long MaxBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>
    /// Bytes of the folder's disk that the spool leaves free; 0 to 1 TiB. Default 256 MiB. No intake takes events while less is free.
    /// 1 MiB is always left, since a deletion needs room too.
    /// </summary>
    public long MinFreeBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>
    /// How long an event that nobody waits for may be in memory before it is committed to the disk; 1 ms to 10 s. Default 100 ms.
    /// </summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The version of one of <c>Bridge:Keys</c>, which encrypts stored batches. Without it they are not encrypted.</summary>
    public string? Key { get; init; }

    /// <summary>Everything that is wrong, one line each.</summary>
    /// <param name="isRequired">True when an intake uses the spool.</param>
    /// <param name="keyVersions">The versions of <c>Bridge:Keys</c>.</param>
    public IEnumerable<string> Validate(bool isRequired, IEnumerable<string> keyVersions)
    {
        if (isRequired && string.IsNullOrEmpty(Directory))
            yield return $"{Section}:Directory is not set: set Bridge__Spool__Directory to a folder on a disk that outlives the process";
        if (!string.IsNullOrEmpty(Directory) && !Path.IsPathFullyQualified(Directory))
            yield return $"{Section}:Directory is '{Directory}': give an absolute path, such as /var/lib/bridge/spool";
        if (MaxBytes is < SmallestMaxBytes or > LargestMaxBytes)
            yield return $"{Section}:MaxBytes is {MaxBytes}: give {SmallestMaxBytes} to {LargestMaxBytes} bytes";
        if (MinFreeBytes is < 0 or > LargestMaxBytes)
            yield return $"{Section}:MinFreeBytes is {MinFreeBytes}: give 0 to {LargestMaxBytes} bytes";
        if (SyncInterval < TimeSpan.FromMilliseconds(1) || SyncInterval > TimeSpan.FromSeconds(10))
            yield return $"{Section}:SyncInterval is {SyncInterval}: give 00:00:00.001 to 00:00:10";
        if (Key is not null && !keyVersions.Contains(Key, StringComparer.Ordinal))
            yield return $"{Section}:Key names no key of Bridge:Keys: set Bridge__Keys__KVER to a key, and give its KVER";
    }
}
