using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Telemetry.Wire;

namespace Bridge.Edge.Spool;

/// <summary>
/// Reads batches out of a database file page by page, without SQLite, which gives up where the file's structure is wrong. It finds every
/// row whose own page is readable. https://sqlite.org/fileformat.html
/// </summary>
internal sealed class DamagedDatabase : IDisposable
{
    private const byte TableLeaf = 0x0d;
    private const int LeafHeaderSize = 8;
    private const int PageSize = SpoolLimits.PageSize;
    private const int OverflowBytes = PageSize - 4;
    private const int LargestLocal = PageSize - 35;
    private const int LeastLocal = ((PageSize - 12) * 32 / 255) - 23;
    private const int FreeListOffset = 32;

    private readonly SafeFileHandle _file;
    private readonly SafeFileHandle? _logFile;
    private readonly DamagedLog _log;
    private readonly byte[] _overflow = new byte[PageSize];
    private readonly uint _pages;

    /// <summary>Opens the file; its log is read too.</summary>
    /// <param name="database">The database.</param>
    public DamagedDatabase(string database)
    {
        _file = File.OpenHandle(database, share: FileShare.ReadWrite | FileShare.Delete);
        _log = DamagedLog.Read(SpoolFolder.LogOf(database));
        if (File.Exists(SpoolFolder.LogOf(database)))
            _logFile = File.OpenHandle(SpoolFolder.LogOf(database), share: FileShare.ReadWrite | FileShare.Delete);
        _pages = (uint)(((_logFile is null ? 0 : RandomAccess.GetLength(_logFile)) + RandomAccess.GetLength(_file)) / PageSize) + 1;
    }

    /// <summary>The pages of committed frames of the log that SQLite ignores.</summary>
    public IReadOnlySet<uint> IgnoredPages => _log.IgnoredPages;

    /// <summary>Every batch that is found; one that is damaged has the bytes that could be read.</summary>
    public IEnumerable<SpooledBatch> ReadBatches()
    {
        var free = ReadFreePages();
        return Pages().Where(page => !free.Contains(page)).SelectMany(ReadBatches);
    }

    /// <summary>The batches on <see cref="IgnoredPages"/> that are whole.</summary>
    public IEnumerable<SpooledBatch> ReadIgnoredBatches() =>
        _log.IgnoredPages.SelectMany(ReadBatches).Where(batch => batch.Read(out _) is null);

    public void Dispose()
    {
        _file.Dispose();
        _logFile?.Dispose();
    }

    private IEnumerable<uint> Pages()
    {
        for (var page = 2u; page <= _pages; page++)
            yield return page;
    }

    private List<SpooledBatch> ReadBatches(uint number)
    {
        var batches = new List<SpooledBatch>();
        var page = new byte[PageSize];
        if (!TryReadPage(number, page) || page[0] != TableLeaf)
            return batches;
        var cells = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(3));
        for (var i = 0; i < cells && LeafHeaderSize + (2 * i) + 2 <= PageSize; i++)
        {
            var cell = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(LeafHeaderSize + (2 * i)));
            if (cell < PageSize && ReadCell(page.AsSpan(cell)) is { } batch)
                batches.Add(batch);
        }

        return batches;
    }

    private SpooledBatch? ReadCell(ReadOnlySpan<byte> cell)
    {
        var length = TakeInteger(ref cell);
        var id = TakeInteger(ref cell);
        if (length <= 0 || length > CodecLimits.Default.SealedBytes + PageSize || id <= 0)
            return null;
        return ReadRecord(id, ReadPayload(cell, (int)length));
    }

    // A row's payload begins on its leaf page and goes on in a chain of further pages.
    private byte[] ReadPayload(ReadOnlySpan<byte> cell, int length)
    {
        var local = LocalBytes(length);
        if (cell.Length < local)
            return cell.ToArray();
        var payload = new MemoryStream();
        payload.Write(cell[..local]);
        var next = local < length && cell.Length >= local + 4 ? BinaryPrimitives.ReadUInt32BigEndian(cell[local..]) : 0;
        while (payload.Length < length && next >= 2 && TryReadPage(next, _overflow))
        {
            payload.Write(_overflow.AsSpan(4, (int)Math.Min(OverflowBytes, length - payload.Length)));
            next = BinaryPrimitives.ReadUInt32BigEndian(_overflow);
        }

        return payload.ToArray();
    }

    private static int LocalBytes(int length)
    {
        if (length <= LargestLocal)
            return length;
        var local = LeastLocal + ((length - LeastLocal) % OverflowBytes);
        return local <= LargestLocal ? local : LeastLocal;
    }

    // Four columns: the row's number, which is stored apart, two integers and a blob.
    private static SpooledBatch? ReadRecord(long id, ReadOnlySpan<byte> record)
    {
        var rest = record;
        var headerSize = TakeInteger(ref rest);
        if (headerSize is < 5 or > 32 || headerSize > record.Length || headerSize < record.Length - rest.Length)
            return null;
        var types = record[(record.Length - rest.Length)..(int)headerSize];
        var (first, stored, events, blob) =
            (TakeInteger(ref types), TakeInteger(ref types), TakeInteger(ref types), TakeInteger(ref types));
        if (first != 0 || stored is < 0 or > 9 || events is < 0 or > 9 || blob < 12 || blob % 2 != 0)
            return null;
        var values = record[(int)headerSize..];
        var time = SpoolConnection.Time(TakeValue(ref values, stored));
        var count = (int)Math.Clamp(TakeValue(ref values, events), 0, CodecLimits.Default.Events);
        return new SpooledBatch(id, time, count, values[..(int)Math.Min(values.Length, (blob - 12) / 2)].ToArray());
    }

    private HashSet<uint> ReadFreePages()
    {
        var (free, page) = (new HashSet<uint>(), new byte[PageSize]);
        if (!TryReadPage(1, page))
            return free;
        var trunk = BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(FreeListOffset));
        var count = BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(FreeListOffset + 4));
        while (trunk != 0 && free.Add(trunk) && TryReadPage(trunk, page))
        {
            var leaves = BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(4));
            for (var i = 0; i < Math.Min(leaves, (PageSize / 4) - 2); i++)
                free.Add(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(8 + (4 * i))));
            trunk = BinaryPrimitives.ReadUInt32BigEndian(page);
        }

        // A list that does not add up may name pages in use. Without it, removed batches may come back: twice is better than never.
        return free.Count == count ? free : [];
    }

    private bool TryReadPage(uint number, byte[] page)
    {
        if (number == 0 || number > _pages)
            return false;
        return _log.OffsetOf(number) is { } offset
            ? RandomAccess.Read(_logFile!, page, offset) == PageSize
            : RandomAccess.Read(_file, page, (number - 1L) * PageSize) == PageSize;
    }

    // SQLite's integers of variable length, big-endian, seven bits a byte; -1 where the bytes end.
    private static long TakeInteger(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0L;
        for (var i = 0; i < Math.Min(9, bytes.Length); i++)
        {
            if (i == 8)
            {
                value = (value << 8) | bytes[8];
                bytes = bytes[9..];
                return value;
            }

            value = (value << 7) | (byte)(bytes[i] & 0x7f);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }

        bytes = [];
        return -1;
    }

    private static long TakeValue(ref ReadOnlySpan<byte> bytes, long type)
    {
        var size = type switch
        {
            8 or 9 or 0 => 0,
            5 => 6,
            6 or 7 => 8,
            _ => (int)type,
        };
        var value = type == 9 ? 1L : 0L;
        size = Math.Min(size, bytes.Length);
        for (var i = 0; i < size; i++)
            value = i == 0 ? (sbyte)bytes[0] : (value << 8) | bytes[i];
        bytes = bytes[size..];
        return value;
    }
}
