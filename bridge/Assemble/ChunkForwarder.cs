using System.Collections.Immutable;
using Bridge.Diagnostics;
using Bridge.Publish;
using Telemetry.Codec;

namespace Bridge.Assemble;

/// <summary>
/// Puts chunks at the tail of their batch's partition, where they meet the others, whichever replica received them.
/// </summary>
internal sealed class ChunkForwarder(IPublisher publisher, int partitions, BridgeMetrics metrics)
{
    /// <summary>Completes when the broker has confirmed the chunk.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="chunk">Header and slice, as they were in the message.</param>
    /// <param name="origin">Travels with it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PublishException">It is not confirmed.</exception>
    public async Task ForwardAsync(ChunkHeader header, ReadOnlyMemory<byte> chunk, ChunkOrigin origin, CancellationToken cancellationToken)
    {
        var properties = new OutgoingProperties($"{header.Batch}-chunk-{header.Index}")
        {
            ContentType = "application/octet-stream",
            Headers = HeadersOf(origin),
        };
        var queue = Topology.ChunkQueue((int)(header.Batch.Digest % (ulong)partitions));
        var refusals = await publisher.PublishAsync(
            new SingleMessage(new OutgoingMessage(Exchange: "", queue, properties, chunk)), cancellationToken);
        if (refusals is [var refusal, ..])
            throw new PublishException($"the broker refused a chunk for {queue}: {refusal.Detail}; the queue must exist and have room");
        metrics.CountForwarded();
    }

    private static ImmutableArray<MessageHeader> HeadersOf(ChunkOrigin origin) =>
    [
        new(ChunkHeaders.Source, origin.Source),
        new(ChunkHeaders.Receiver, origin.Receiver),
        new(ChunkHeaders.ReceiveCount, origin.ReceiveCount),
        new(ChunkHeaders.Seen, origin.Seen.ToUnixTimeMilliseconds()),
        .. origin.Enqueued is { } enqueued ? (ReadOnlySpan<MessageHeader>)[new(ChunkHeaders.Enqueued, enqueued.ToUnixTimeMilliseconds())] : [],
        .. origin.Deferral is { } deferral ? (ReadOnlySpan<MessageHeader>)[new(ChunkHeaders.Deferral, deferral)] : [],
    ];

    private sealed class SingleMessage(OutgoingMessage message) : IPublication
    {
        public int Count => 1;

        public OutgoingMessage this[int index] => message;
    }
}
