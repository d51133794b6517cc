using Bridge.Core.Reassembly;

namespace Bridge.Tests.Assemble;

public sealed class IncompleteBatchesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_oldest_of_all_partitions_counts()
    {
        var none = default(IncompleteBatches);
        var young = new IncompleteBatches(2, 100, Now - TimeSpan.FromSeconds(5));
        var old = new IncompleteBatches(1, 50, Now - TimeSpan.FromSeconds(60));

        foreach (var sum in new[] { none.And(young).And(old), old.And(none).And(young) })
        {
            Assert.Equal((3, 150), (sum.Batches, sum.Bytes));
            Assert.Equal(TimeSpan.FromSeconds(60), sum.OldestAge(Now));
        }

        Assert.Equal(TimeSpan.Zero, none.OldestAge(Now));
    }
}
