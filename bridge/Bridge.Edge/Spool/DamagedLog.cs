using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Edge.Spool;

/// <summary>
/// Reads SQLite's write-ahead log frame by frame. SQLite itself ignores, without a word, a frame whose checksum is wrong and all
/// frames behind it, although committed batches may be in them. https://sqlite.org/fileformat.html#walformat
/// </summary>
internal sealed class DamagedLog
{
    private const int HeaderSize = 32;
    private const int FrameHeaderSize = 24;
    private const int FrameSize = FrameHeaderSize + SpoolLimits.PageSize;
    private const uint Magic = 0x377f0682;

    // The newest frame of each page.
    private readonly Dictionary<uint, long> _pages = [];

    private DamagedLog()
    {
    }

    /// <summary>The pages of committed frames that SQLite ignores.</summary>
    public HashSet<uint> IgnoredPages { get; } = [];

    /// <summary>Reads the headers of all frames.</summary>
    /// <param name="file">The log; it may be missing.</param>
    public static DamagedLog Read(string file)
    {
        var log = new DamagedLog();
        if (SpoolFolder.LengthOf(file) < HeaderSize + FrameSize)
            return log;
        using var handle = File.OpenHandle(file, share: FileShare.ReadWrite);
        log.ReadFrames(handle);
        return log;
    }

    /// <summary>Where a page's newest content stands in the log; null when it is in the database alone.</summary>
    public long? OffsetOf(uint page) => _pages.TryGetValue(page, out var offset) ? offset : null;

    private void ReadFrames(SafeFileHandle file)
    {
        var header = new byte[HeaderSize];
        RandomAccess.Read(file, header, 0);
        var frames = ReadHeaders(file);
        var last = LastCommit(frames, SaltsOf(header, frames));
        var readable = CountReadable(file, header, frames);
        for (var i = 0; i <= last; i++)
        {
            _pages[frames[i].Page] = PageOffset(i);
            if (i >= readable)
                IgnoredPages.Add(frames[i].Page);
        }
    }

    private static List<Frame> ReadHeaders(SafeFileHandle file)
    {
        var frames = new List<Frame>();
        var header = new byte[FrameHeaderSize];
        for (var count = (RandomAccess.GetLength(file) - HeaderSize) / FrameSize; frames.Count < count;)
        {
            RandomAccess.Read(file, header, PageOffset(frames.Count) - FrameHeaderSize);
            frames.Add(new Frame(
                BinaryPrimitives.ReadUInt32BigEndian(header),
                BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)) != 0,
                BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)),
                BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(16))));
        }

        return frames;
    }

    // Frames of an earlier use of the file have other salts. Where the header's are altered, two frames agree on the right ones.
    private static ulong SaltsOf(ReadOnlySpan<byte> header, List<Frame> frames)
    {
        var salts = BinaryPrimitives.ReadUInt64BigEndian(header[16..]);
        return frames[0].Salts != salts && (frames.Count == 1 || frames[0].Salts == frames[1].Salts) ? frames[0].Salts : salts;
    }

    private static int LastCommit(List<Frame> frames, ulong salts)
    {
        var last = frames.Count - 1;
        while (last >= 0 && (!frames[last].IsCommit || frames[last].Salts != salts))
            last--;
        return last;
    }

    // Up to the last commit that SQLite accepts.
    private static int CountReadable(SafeFileHandle file, ReadOnlySpan<byte> header, List<Frame> frames)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        if ((magic & ~1u) != Magic)
            return 0;
        var sum = new LogChecksum(isBigEndian: (magic & 1) != 0);
        sum.Add(header[..24]);
        if (sum.Value != BinaryPrimitives.ReadUInt64BigEndian(header[24..]))
            return 0;

        var salts = BinaryPrimitives.ReadUInt64BigEndian(header[16..]);
        var (readable, frame) = (0, new byte[FrameSize]);
        for (var i = 0; i < frames.Count && frames[i].Salts == salts; i++)
        {
            RandomAccess.Read(file, frame, PageOffset(i) - FrameHeaderSize);
            sum.Add(frame.AsSpan(0, 8));
            sum.Add(frame.AsSpan(FrameHeaderSize));
            if (sum.Value != frames[i].Checksum)
                break;
            if (frames[i].IsCommit)
                readable = i + 1;
        }

        return readable;
    }

    private static long PageOffset(int frame) => HeaderSize + ((long)frame * FrameSize) + FrameHeaderSize;

    private readonly record struct Frame(uint Page, bool IsCommit, ulong Salts, ulong Checksum);

    // SQLite's checksum of pairs of 32-bit words.
    private struct LogChecksum(bool isBigEndian)
    {
        private uint _first;
        private uint _second;

        public readonly ulong Value => ((ulong)_first << 32) | _second;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            for (; bytes.Length >= 8; bytes = bytes[8..])
            {
                _first += Word(bytes) + _second;
                _second += Word(bytes[4..]) + _first;
            }
        }

        private readonly uint Word(ReadOnlySpan<byte> bytes) =>
            isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }
}
