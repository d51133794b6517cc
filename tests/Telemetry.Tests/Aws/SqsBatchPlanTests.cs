using Telemetry.Aws;
using Telemetry.Queues;

namespace Telemetry.Tests.Aws;

public sealed class SqsBatchPlanTests
{
    private static readonly QueueLimits Limits = QueueLimits.ForSqs(1_024);

    [Theory]
    [InlineData("", "")]
    [InlineData("1", "1")]
    [InlineData("1 1 1 1 1 1 1 1 1 1", "10")]
    [InlineData("1 1 1 1 1 1 1 1 1 1 1", "10 1")]
    [InlineData("1024 1024", "1 1")]
    [InlineData("1000 24 1", "2 1")]
    [InlineData("0 1024 0", "3")]
    [InlineData("2000 1", "1 1")]
    public void Calls_are_filled_in_order(string sizes, string calls)
    {
        var plan = SqsBatchPlan.Split(Messages(sizes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)), Limits);
        Assert.Equal(calls, string.Join(' ', plan.Select(LengthOf)));
    }

    [Fact]
    public void Any_messages_are_covered_once_in_order_within_both_limits_and_no_two_neighbours_fit_in_one_call()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var sizes = Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(Limits.MessageBytes + 1)).ToArray();
            var plan = SqsBatchPlan.Split(Messages(sizes), Limits);

            Assert.Equal(Enumerable.Range(0, sizes.Length), plan.SelectMany(call => Enumerable.Range(call.Start.Value, LengthOf(call))));
            Assert.All(plan, call => Assert.InRange(LengthOf(call), 1, Limits.CallMessages));
            Assert.All(plan, call => Assert.InRange(sizes[call].Sum(), 0, Limits.CallBytes));
            for (var i = 1; i < plan.Count; i++)
            {
                var wouldBe = sizes[plan[i - 1]].Sum() + sizes[plan[i].Start.Value];
                Assert.True(LengthOf(plan[i - 1]) == Limits.CallMessages || wouldBe > Limits.CallBytes, $"seed {seed}, call {i}");
            }
        }
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(10, "10")]
    [InlineData(25, "10 10 5")]
    public void Counts_are_divided_by_ten(int count, string calls) =>
        Assert.Equal(calls, string.Join(' ', SqsBatchPlan.Split(count, 10).Select(LengthOf)));

    private static int LengthOf(Range call) => call.End.Value - call.Start.Value;

    private static ReadOnlyMemory<byte>[] Messages(IEnumerable<int> sizes) => [.. sizes.Select(size => new ReadOnlyMemory<byte>(new byte[size]))];
}
