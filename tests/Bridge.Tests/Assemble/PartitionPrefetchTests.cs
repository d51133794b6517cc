using Bridge.Core.Reassembly;
using Telemetry.Wire;

namespace Bridge.Tests.Assemble;

/// <summary>How many chunks a replica asks the broker for.</summary>
public sealed class PartitionPrefetchTests
{
    private const int Share = 8 * 1024 * 1024;

    private readonly FakeTimeProvider _clock = new();
    private readonly PartitionPrefetch _prefetch;

    public PartitionPrefetchTests() => _prefetch = new PartitionPrefetch(Share);

    [Fact]
    public void Until_it_knows_better_it_assumes_the_largest_chunks() => Assert.Equal(32, _prefetch.Value);

    [Theory]
    [InlineData(64 * 1024, 128)]
    [InlineData(256 * 1024, 32)]
    [InlineData(1_024, 2_000)]
    public void As_many_are_asked_for_as_the_share_holds(int chunk, int expected)
    {
        Assert.Equal(expected > 32, _prefetch.Fit(chunks: 28, bytes: 28L * chunk, _clock.GetUtcNow()));
        Assert.Equal(expected, _prefetch.Value);
        Assert.False(_prefetch.Fit(chunks: 28, bytes: 28L * chunk, _clock.GetUtcNow()));
    }

    [Fact]
    public void Larger_chunks_make_it_smaller_but_not_at_once()
    {
        Assert.True(_prefetch.Fit(chunks: 28, bytes: 28 * 16 * 1024, _clock.GetUtcNow()));
        Assert.Equal(512, _prefetch.Value);

        Assert.False(_prefetch.Fit(chunks: 32, bytes: Share, _clock.GetUtcNow()));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(_prefetch.Fit(chunks: 300, bytes: Share, _clock.GetUtcNow()));
        Assert.True(_prefetch.Fit(chunks: 32, bytes: Share, _clock.GetUtcNow()));
        Assert.Equal(32, _prefetch.Value);
    }

    [Fact]
    public void A_batch_of_more_chunks_than_that_gets_room_until_none_is_left()
    {
        _prefetch.Learn(Header(count: 1_024), _clock.GetUtcNow());
        Assert.InRange(_prefetch.MaxHeld, 1_024, 1_200);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(_prefetch.Fit(chunks: 32, bytes: Share, _clock.GetUtcNow()));

        _prefetch.Reset();
        Assert.Equal(32, _prefetch.Value);
    }

    private static ChunkHeader Header(ushort count) =>
        new(BatchFlags.None, new BatchId(new SenderId(1, 2), 3, 4), Index: 0, count, Length: 1_000_000);
}
