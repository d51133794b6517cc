using System.Buffers;
using Telemetry.Wire;

namespace Bridge.Edge.Spool;

/// <summary>
/// What commands read of a spool, or of a database that was put aside. It takes no lock: the bridge may run meanwhile, and what it
/// settles meanwhile may be missing.
/// </summary>
internal sealed class SpoolArchive : IDisposable
{
    private readonly SpoolReader? _reader;
    private readonly DamagedDatabase? _damaged;

    private SpoolArchive(SpoolReader? reader, DamagedDatabase? damaged) => (_reader, _damaged) = (reader, damaged);

    /// <summary>Opens the database of a spool's folder.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static SpoolArchive OpenFolder(string directory)
    {
        var folder = new SpoolFolder(directory);
        if (!File.Exists(folder.Database))
            throw new FileNotFoundException($"no spool in {directory}: {folder.Database} does not exist");
        return new SpoolArchive(new SpoolReader(folder.Database), null);
    }

    /// <summary>Opens a database file that no bridge uses, such as a damaged one. SQLite is not needed to read it.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static SpoolArchive OpenFile(string file) => File.Exists(file)
        ? new SpoolArchive(null, new DamagedDatabase(file))
        : throw new FileNotFoundException($"{file} does not exist");

    /// <summary>The state that the spool has stored; null where there is none to read.</summary>
    public SpoolState? ReadState() => _reader?.ReadState();

    /// <summary>Every batch, one at a time; of a damaged database those that are found.</summary>
    public IEnumerable<SpooledBatch> ReadBatches() => _damaged?.ReadBatches() ?? ReadRows(_reader!);

    /// <summary>What SQLite finds wrong with the file.</summary>
    public IReadOnlyList<string> CheckIntegrity() => _reader?.CheckIntegrity() ?? [];

    /// <summary>Opens a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="opener">Has the keys.</param>
    /// <param name="opened">Its events, when the result is null; the caller disposes it.</param>
    /// <returns>Null, or why it cannot be opened.</returns>
    public static Refusal? Open(SpooledBatch batch, BatchOpener opener, out OpenedBatch? opened)
    {
        opened = null;
        return batch.Read(out var header)
            ?? opener.Open(header, new ReadOnlySequence<byte>(batch.Bytes.AsMemory(ChunkHeader.Size)), out opened);
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _damaged?.Dispose();
    }

    private static IEnumerable<SpooledBatch> ReadRows(SpoolReader reader)
    {
        for (var after = 0L; reader.FindNext(after) is { } next; after = next.Id)
        {
            // The bridge may have removed it since.
            if (reader.Read(next.Id) is { } batch)
                yield return batch;
        }
    }
}
