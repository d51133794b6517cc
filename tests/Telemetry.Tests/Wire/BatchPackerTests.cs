using Telemetry.Queues;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Wire;

public sealed class BatchPackerTests
{
    [Fact]
    public void A_batch_ends_before_it_holds_more_events_than_a_receiver_takes()
    {
        byte[] lines = [.. Enumerable.Repeat("{}\n"u8.ToArray(), (2 * CodecLimits.Default.Events) + 1).SelectMany(line => line)];
        var packer = new BatchPacker(QueueLimits.Sqs.MessageBytes, WireSamples.Sender);
        List<int> events = [];

        for (var start = 0; start < lines.Length;)
        {
            using var batch = packer.Pack(lines.AsSpan(start), (uint)events.Count, out var consumed, out _)!;
            events.Add(batch.Events);
            start += consumed;
            using var receiver = new CodecReceiver(KeyRing.Empty, CodecLimits.Default);
            receiver.Receive(Assert.Single(Texts.Of(batch)));
            Assert.Empty(receiver.Refusals);
        }

        Assert.Equal([CodecLimits.Default.Events, CodecLimits.Default.Events, 1], events);
    }
}
