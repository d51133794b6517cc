using System.IO.Compression;
using Telemetry.Codec;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Codec;

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
        var refusal = opener.Open(header, bomb, out var batch);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(RefusalReason.TooLarge, refusal?.Reason);
        Assert.Null(batch);
        // Doubling up to the limit rents twice the limit in all, one half of it returned on the way.
        Assert.InRange(allocated, 0, (2 * Limit) + 65_536);
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

        var refusal = opener.Open(HeaderOf(packed), packed, out var batch);

        Assert.Equal(accepted ? null : RefusalReason.TooLarge, refusal?.Reason);
        Assert.Equal(accepted ? length : 0, batch?.Lines.Length ?? 0);
        batch?.Dispose();
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
        ChunkHeader.WritePrefix(prefix, BatchFlags.Brotli, Some.Sender, 1);
        var id = new BatchId(Some.Sender, 1, BatchDigest.Of(prefix, 1, packed));
        return new ChunkHeader(BatchFlags.Brotli, id, 0, 1, (uint)packed.Length);
    }
}
