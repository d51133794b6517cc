using System.Collections.Immutable;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Telemetry.Wire;

namespace Bridge.Core.Reassembly;

/// <summary>
/// Publishes each chunk to the partition of its batch, so that all chunks of a batch meet there, whichever replica received them.
/// </summary>
internal sealed class ChunkForwarder(IPublisher publisher, StuckMessages stuck, int partitions, PipelineMetrics metrics)
{
    // Memory of a waiting chunk in multiples of its length: the chunk, and the text of its message.
    private const int MemoryFactor = 3;

    /// <summary>
    /// Completes when the broker has confirmed the chunk or refuses it. Waits while the queue is full or missing.
    /// </summary>
    /// <param name="header">The chunk's header.</param>
    /// <param name="chunk">Header and slice.</param>
    /// <param name="origin">The chunk's origin, which becomes its headers.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why the broker refuses the chunk, which exceeds a limit; null when it is confirmed.</returns>
    /// <exception cref="PublishException">The chunk may not be confirmed.</exception>
    public async Task<Refusal?> ForwardAsync(
        ChunkHeader header, ReadOnlyMemory<byte> chunk, ChunkOrigin origin, CancellationToken cancellationToken)
    {
        var properties = new OutgoingProperties($"{header.Batch}-chunk-{header.Index}")
        {
            ContentType = "application/octet-stream",
            Headers = HeadersOf(origin),
        };
        var queue = BridgeQueues.Chunks((int)(header.Batch.Digest % (ulong)partitions));
        var message = new OutgoingMessage(Exchange: "", queue, properties, chunk);
        var refused = await TryAsync(message, cancellationToken);
        if (refused is { Reason: not PublishRefusalReason.Rejected })
        {
            await stuck.WaitAsync(
                Reason(queue, refused),
                (long)chunk.Length * MemoryFactor,
                async () =>
                    (refused = await TryAsync(message, cancellationToken)) is { Reason: not PublishRefusalReason.Rejected } still
                    ? Reason(queue, still)
                    : null,
                cancellationToken);
        }

        if (refused is not null)
            return new Refusal(RefusalReason.Rejected, $"a chunk for {queue}: {refused.Detail}");
        metrics.CountForwarded();
        return null;
    }

    private async Task<PublishRefusal?> TryAsync(OutgoingMessage message, CancellationToken cancellationToken) =>
        await publisher.PublishAsync(new SingleMessage(message), cancellationToken) is [var refusal, ..] ? refusal : null;

    private static string Reason(string queue, PublishRefusal refusal) => refusal.Reason is PublishRefusalReason.Unroutable
        ? $"{queue} is missing ({refusal.Detail}): make it again"
        : $"{queue} takes no chunk ({refusal.Detail}): it is full (max-length, x-overflow=reject-publish) or has no leader;"
            + " make room";

    private static ImmutableArray<MessageHeader> HeadersOf(ChunkOrigin origin)
    {
        var headers = ImmutableArray.CreateBuilder<MessageHeader>();
        headers.Add(new(ChunkHeaders.Source, origin.Source));
        headers.Add(new(ChunkHeaders.Receiver, origin.Receiver));
        headers.Add(new(ChunkHeaders.ReceiveCount, origin.ReceiveCount));
        headers.Add(new(ChunkHeaders.Seen, origin.Seen.ToUnixTimeMilliseconds()));
        if (origin.Enqueued is { } enqueued)
            headers.Add(new(ChunkHeaders.Enqueued, enqueued.ToUnixTimeMilliseconds()));
        if (origin.Deferral is { } deferral)
            headers.Add(new(ChunkHeaders.Deferral, deferral));
        return headers.ToImmutable();
    }

    private sealed class SingleMessage(OutgoingMessage message) : IPublication
    {
        public int Count => 1;

        public OutgoingMessage this[int index] => message;
    }
}
