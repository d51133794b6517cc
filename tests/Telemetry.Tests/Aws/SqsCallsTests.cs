using Telemetry.Aws;
using Telemetry.Queues;

namespace Telemetry.Tests.Aws;

public sealed class SqsCallsTests
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
        var messages = Messages(sizes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse));
        var plan = SqsQueue.SplitCalls(messages, Limits);
        Assert.Equal(calls, string.Join(' ', plan.Select(call => call.Count)));
    }

    [Fact]
    public void Any_messages_are_covered_once_in_order_within_both_limits_and_no_two_neighbours_fit_in_one_call()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var sizes = Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(Limits.MessageBytes + 1)).ToArray();
            var plan = SqsQueue.SplitCalls(Messages(sizes), Limits).ToList();

            var covered = plan.SelectMany(call => call);
            Assert.Equal(Enumerable.Range(0, sizes.Length), covered);
            Assert.All(plan, call => Assert.InRange(call.Count, 1, Limits.CallMessages));
            Assert.All(plan, call => Assert.InRange(call.Sum(entry => sizes[entry]), 0, Limits.CallBytes));
            for (var i = 1; i < plan.Count; i++)
            {
                var wouldBe = plan[i - 1].Sum(entry => sizes[entry]) + sizes[plan[i][0]];
                Assert.True(plan[i - 1].Count == Limits.CallMessages || wouldBe > Limits.CallBytes, $"seed {seed}, call {i}");
            }
        }
    }

    private static ReadOnlyMemory<byte>[] Messages(IEnumerable<int> sizes) =>
        [.. sizes.Select(size => new ReadOnlyMemory<byte>(new byte[size]))];
}
