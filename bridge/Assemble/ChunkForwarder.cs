using Bridge.Diagnostics;
using Bridge.Publish;
using Bridge.Receive;
using Telemetry.Codec;

namespace Bridge.Assemble;

/// <summary>
/// Passes chunks on to the partition of their batch, where they meet the others, whichever replica received them.
/// </summary>
internal sealed class ChunkForwarder(IPublisher publisher, int partitions, string replica, BridgeMetrics metrics, TimeProvider clock)
{
    /// <summary>Completes when the broker has confirmed the chunk.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="chunk">Header and slice, as they were in the message.</param>
    /// <param name="leased">The message that it came in.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PublishException">It is not confirmed.</exception>
    public async Task ForwardAsync(ChunkHeader header, ReadOnlyMemory<byte> chunk, LeasedMessage leased, CancellationToken cancellationToken)
    {
        var properties = new OutgoingProperties($"{header.Batch}-chunk-{header.Index}")
        {
            ContentType = "application/octet-stream",
            Headers =
            [
                new(ChunkHeaders.Source, leased.Queue.ToString()),
                new(ChunkHeaders.Receiver, replica),
                new(ChunkHeaders.ReceiveCount, leased.Message.ReceiveCount),
                new(ChunkHeaders.Seen, clock.GetUtcNow().ToUnixTimeMilliseconds()),
            ],
        };
        var queue = Topology.ChunkQueue((int)(header.Batch.Digest % (ulong)partitions));
        var refusals = await publisher.PublishAsync(
            new SingleMessage(new OutgoingMessage(Exchange: "", queue, properties, chunk)), cancellationToken);
        if (refusals is [var refusal, ..])
            throw new PublishException($"the broker refused a chunk for {queue}: {refusal.Detail}; the queue must exist and have room");
        metrics.CountForwarded();
    }

    private sealed class SingleMessage(OutgoingMessage message) : IPublication
    {
        public int Count => 1;

        public OutgoingMessage this[int index] => message;
    }
}
