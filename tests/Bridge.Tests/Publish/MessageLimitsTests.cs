using Bridge.Core.Publishing;
using Bridge.RabbitMq.Topology;

namespace Bridge.Tests.Publish;

public sealed class MessageLimitsTests
{
    [Theory]
    [InlineData("PRECONDITION_FAILED - message size 1200000 is larger than configured max size 1048576", 1_048_576)]
    [InlineData("PRECONDITION_FAILED - message size 600000000 is larger than max size 536870912", 536_870_912)]
    public void The_brokers_limit_is_read_from_its_reason_for_closing(string reason, long limit)
    {
        var limits = new MessageLimits();

        Assert.True(limits.TryLearn(reason));
        Assert.Equal(limit, limits.MessageBytes);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("PRECONDITION_FAILED - inequivalent arg 'x-max-length'")]
    public void Other_reasons_teach_nothing(string? reason)
    {
        var limits = new MessageLimits();

        Assert.False(limits.TryLearn(reason));
        Assert.Null(limits.Refusal(0, Some.Message("a", bytes: 1_000_000), frameBytes: 131_072));
    }

    [Fact]
    public void A_message_of_exactly_the_limit_passes_and_one_byte_more_is_refused()
    {
        var limits = new MessageLimits();
        limits.TryLearn("message size 2000 is larger than configured max size 1000");

        Assert.Null(limits.Refusal(0, Some.Message("a", bytes: 1_000), frameBytes: 131_072));
        Assert.Equal(
            new PublishRefusal(7, PublishRefusalReason.Rejected, "1,001 bytes; the broker takes 1,000"),
            limits.Refusal(7, Some.Message("a", bytes: 1_001), frameBytes: 131_072));
    }

    [Fact]
    public void Default_properties_are_no_error() =>
        Assert.Null(new MessageLimits().Refusal(0, new OutgoingMessage("", "queue", default, default), frameBytes: 4_096));
}
