namespace Bridge.Edge.Spool;

/// <summary>What a folder holds, without reading its batches.</summary>
/// <param name="Directory">The folder.</param>
/// <param name="IsInUse">True while a process has it open for writing.</param>
/// <param name="State">What is committed; null when it is not readable.</param>
/// <param name="Bytes">Bytes of the files, without the damaged ones.</param>
/// <param name="FreeBytes">Bytes that the disk has free.</param>
/// <param name="Oldest">When the oldest batch was stored; null when there is none.</param>
/// <param name="Damaged">Databases and logs that were put aside, the oldest first.</param>
internal sealed record SpoolReport(
    string Directory,
    bool IsInUse,
    SpoolState? State,
    long Bytes,
    long FreeBytes,
    DateTimeOffset? Oldest,
    IReadOnlyList<FileInfo> Damaged)
{
    /// <summary>Reads a folder.</summary>
    /// <exception cref="FileNotFoundException">There is no spool in it.</exception>
    public static SpoolReport Read(string directory)
    {
        using var archive = SpoolArchive.OpenFolder(directory);
        var folder = new SpoolFolder(directory);
        return new SpoolReport(
            directory,
            folder.IsInUse,
            archive.ReadState(),
            folder.Bytes(),
            folder.FreeBytes(),
            archive.ReadBatches().FirstOrDefault()?.StoredAt,
            System.IO.Directory.Exists(folder.Damaged)
                ?
                [
                    .. new DirectoryInfo(folder.Damaged).GetFiles()
                        .Where(file => file.Length > 0)
                        .OrderBy(file => file.Name, StringComparer.Ordinal),
                ]
                : []);
    }
}
