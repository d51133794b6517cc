using System.Buffers;
using System.IO.Compression;
using System.Text;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Wire;

public sealed class BatchOpenerTests
{
    private const int Limit = 1 << 20;

    [Fact]
    public void A_stream_that_expands_without_end_is_refused_and_takes_no_memory_beyond_the_limit()
    {
        var bomb = Brotli(new byte[64 << 20]);
        Assert.True(64 << 20 > 1_000 * bomb.Length);
        var opener = new BatchOpener(KeyRing.Empty, CodecLimits.Default with { BatchBytes = Limit });
        var header = HeaderOf(bomb);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = opener.Open(header, new ReadOnlySequence<byte>(bomb), out var batch);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(RefusalReason.TooLarge, refusal?.Reason);
        Assert.Null(batch);
        // The last array is as large as the limit, the one before it hardly smaller, and each before that half as large as the
        // next.
        Assert.InRange(allocated, 0, 3 * Limit);
    }

    [Theory]
    [InlineData(Limit, true)]
    [InlineData(Limit + 1, false)]
    public void The_limit_itself_is_accepted(int length, bool accepted)
    {
        var lines = new byte[length];
        lines.AsSpan().Fill((byte)' ');
        lines[^1] = (byte)'\n';
        var packed = Brotli(lines);
        var opener = new BatchOpener(KeyRing.Empty, CodecLimits.Default with { BatchBytes = Limit });

        var refusal = opener.Open(HeaderOf(packed), new ReadOnlySequence<byte>(packed), out var batch);

        Assert.Equal(accepted ? null : RefusalReason.TooLarge, refusal?.Reason);
        Assert.Equal(accepted ? length : 0, batch?.Lines.Length ?? 0);
        batch?.Dispose();
    }

    [Fact]
    public void Under_a_high_limit_a_stream_is_measured_first_and_a_bomb_takes_no_memory()
    {
        var bomb = Brotli(new byte[64 << 20]);
        var opener = new BatchOpener(KeyRing.Empty, CodecLimits.Default with { BatchBytes = 32 << 20 });
        var header = HeaderOf(bomb);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = opener.Open(header, new ReadOnlySequence<byte>(bomb), out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(RefusalReason.TooLarge, refusal?.Reason);
        Assert.InRange(allocated, 0, 256 * 1024);
    }

    [Theory]
    [InlineData(Limit, 10, true)]
    [InlineData(Limit, 11, false)]
    [InlineData(32 << 20, 10, true)]
    [InlineData(32 << 20, 11, false)]
    public void Events_are_counted_whether_the_stream_is_measured_first_or_not(int limit, int events, bool accepted)
    {
        var packed = Brotli([.. Enumerable.Repeat("{}\n"u8.ToArray(), events).SelectMany(line => line)]);
        var opener = new BatchOpener(KeyRing.Empty, CodecLimits.Default with { BatchBytes = limit, Events = 10 });

        var refusal = opener.Open(HeaderOf(packed), new ReadOnlySequence<byte>(packed), out var batch);

        Assert.Equal(accepted ? null : RefusalReason.TooLarge, refusal?.Reason);
        Assert.Equal(accepted ? 3 * events : 0, batch?.Lines.Length ?? 0);
        batch?.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void It_makes_no_difference_where_a_batch_is_cut_into_slices(int slice)
    {
        var texts = Enumerable.Range(0, 2_000).Select(number => $"{{\"number\":{number * 7_919}}}\n");
        byte[] lines = [.. texts.SelectMany(text => Encoding.UTF8.GetBytes(text))];
        var packed = Brotli(lines);
        // An empty slice among them is no end.
        var slices = SliceSegment.Sequence([.. packed.Chunk(slice).Select(bytes => (ReadOnlyMemory<byte>)bytes), default]);
        var opener = new BatchOpener(KeyRing.Empty, CodecLimits.Default);

        Assert.Null(opener.Open(HeaderOf(packed), slices, out var batch));

        Assert.Equal(lines, batch!.Lines.ToArray());
        batch.Dispose();
    }

    [Fact]
    public void A_caller_may_allow_less_than_the_limit()
    {
        var packed = Brotli([.. new byte[999], (byte)'\n']);
        var opener = new BatchOpener(KeyRing.Empty, CodecLimits.Default);

        Assert.Equal(
            RefusalReason.TooLarge, opener.Open(HeaderOf(packed), new ReadOnlySequence<byte>(packed), most: 999, out _)?.Reason);
        Assert.Null(opener.Open(HeaderOf(packed), new ReadOnlySequence<byte>(packed), most: 1_000, out var batch));
        batch!.Dispose();
    }

    private static byte[] Brotli(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var brotli = new BrotliStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            brotli.Write(bytes);
        return stream.ToArray();
    }

    private static ChunkHeader HeaderOf(byte[] packed)
    {
        var prefix = new byte[ChunkHeader.PrefixSize];
        ChunkHeader.WritePrefix(prefix, BatchFlags.Brotli, WireSamples.Sender, 1);
        var id = new BatchId(WireSamples.Sender, 1, BatchDigest.Compute(prefix, 1, packed));
        return new ChunkHeader(BatchFlags.Brotli, id, 0, 1, (uint)packed.Length);
    }
}
