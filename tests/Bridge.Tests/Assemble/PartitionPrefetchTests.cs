using Bridge.Assemble;
using Telemetry.Codec;

namespace Bridge.Tests.Assemble;

/// <summary>How many chunks a replica asks the broker for.</summary>
public sealed class PartitionPrefetchTests
{
    private const int Share = 8 * 1024 * 1024;

    [Fact]
    public void Before_the_first_chunk_it_assumes_the_largest() => Assert.Equal(32, new PartitionPrefetch(Share).Value);

    [Theory]
    [InlineData(49_116, 128)]
    [InlineData(196_572, 32)]
    [InlineData(700, 2_000)]
    public void Chunks_fill_the_share_with_the_arrays_that_they_take(int slice, int prefetch)
    {
        var partition = new PartitionPrefetch(Share);

        Assert.Equal(prefetch > 32, partition.Learn(Header(index: 0, count: 3, length: slice * 3), slice));
        Assert.Equal(prefetch, partition.Value);
    }

    [Fact]
    public void The_last_chunk_of_a_batch_tells_the_length_of_the_others()
    {
        var partition = new PartitionPrefetch(Share);

        Assert.True(partition.Learn(Header(index: 2, count: 3, length: (49_116 * 2) + 10), slice: 10));
        Assert.Equal(128, partition.Value);
    }

    [Fact]
    public void A_batch_of_more_chunks_than_that_gets_room_until_the_partition_is_idle()
    {
        var partition = new PartitionPrefetch(Share);
        partition.Learn(Header(index: 0, count: 3, length: 196_572 * 3), 196_572);

        Assert.True(partition.Learn(Header(index: 0, count: 1_024, length: 196_572 * 1_024), 196_572));
        Assert.InRange(partition.MaxHeld, 1_024, 1_200);
        Assert.False(partition.Learn(Header(index: 1, count: 1_024, length: 196_572 * 1_024), 196_572));

        partition.Shrink();
        Assert.Equal(32, partition.Value);
    }

    private static ChunkHeader Header(int index, int count, int length) =>
        new(BatchFlags.None, new BatchId(new SenderId(1, 2), 3, 4), (ushort)index, (ushort)count, (uint)length);
}
