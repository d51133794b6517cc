using System.Collections.Immutable;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Telemetry.Wire;

namespace Bridge.Core.Reassembly;

/// <summary>
/// Puts chunks at the tail of their batch's partition, where they meet the others, whichever replica received them.
/// </summary>
internal sealed class ChunkForwarder(IPublisher publisher, StuckMessages stuck, int partitions, PipelineMetrics metrics)
{
    // The chunk, and the text that it came in.
    private const int InMemory = 3;

    /// <summary>
    /// Completes when the broker has confirmed the chunk, or will never accept it. Waits while the queue is full or missing.
    /// </summary>
    /// <param name="header">Its header.</param>
    /// <param name="chunk">Header and slice, as they were in the message.</param>
    /// <param name="origin">Travels with it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null, or why it is refused: it is over a limit of the broker.</returns>
    /// <exception cref="PublishException">It is not confirmed.</exception>
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
                (long)chunk.Length * InMemory,
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
