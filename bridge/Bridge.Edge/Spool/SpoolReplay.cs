namespace Bridge.Edge.Spool;

/// <summary>Puts the batches of a database that was put aside back into a spool. No bridge may use the spool meanwhile.</summary>
internal static class SpoolReplay
{
    private const int AtATime = 16;

    /// <summary>
    /// Adds every batch of the file that is whole behind those of the spool, under its own identity: what was published before is
    /// published again with the same <c>message_id</c>.
    /// </summary>
    /// <param name="options">The spool and its limits.</param>
    /// <param name="file">The file; it stays as it is.</param>
    /// <param name="clock">The time of a new database.</param>
    /// <exception cref="SpoolInUseException">A bridge uses the spool.</exception>
    /// <exception cref="IOException">The spool has no room for the rest.</exception>
    public static ReplayedBatches Run(SpoolOptions options, string file, TimeProvider clock)
    {
        var folder = new SpoolFolder(options.Directory!);
        folder.Create();
        using var locked = folder.Lock();
        using var archive = SpoolArchive.OpenFile(file);
        using var database = SpoolDatabase.Open(folder, new SpoolLimits(options), clock);
        var replayed = new ReplayedBatches(0, 0, 0);
        foreach (var some in archive.ReadBatches().Chunk(AtATime))
        {
            var whole = some.Where(batch => batch.Read(out _) is null).ToList();
            replayed = replayed.Add(Put(database, whole), whole.Sum(batch => batch.Events), some.Length - whole.Count);
        }

        return replayed;
    }

    private static int Put(SpoolDatabase database, List<SpooledBatch> batches)
    {
        if (!database.Measure().Fits(batches.Sum(batch => (long)batch.Bytes.Length)))
        {
            throw new IOException(
                "the spool is full: raise Bridge:Spool:MaxBytes, or let a bridge publish what it holds, and replay again");
        }

        var next = database.State.NextId;
        return database.Restore([.. batches.Select((batch, index) => batch with { Id = next + index })], database.State);
    }
}

/// <summary>What a replay has done.</summary>
/// <param name="Batches">Batches put back.</param>
/// <param name="Events">Events in them.</param>
/// <param name="Damaged">Batches left out, since their digest does not match.</param>
internal sealed record ReplayedBatches(int Batches, int Events, int Damaged)
{
    /// <summary>With more.</summary>
    public ReplayedBatches Add(int batches, int events, int damaged) =>
        new(Batches + batches, Events + events, Damaged + damaged);
}
