using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Bridge.Core.DeadLetters;
using Bridge.Core.Delivery;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.Core.Running;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Core.Pipeline;

/// <summary>
/// Does the work that a message asks for: publish a whole batch or a plain event, pass a chunk on, dead-letter what is neither.
/// When a call has returned true, all of it is confirmed and the message may be deleted.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to release.")]
internal sealed class MessageWork(
    BatchDelivery delivery,
    ChunkForwarder forwarder,
    IDeadLetters deadLetters,
    SettledBatches settled,
    CodecLimits limits,
    PipelineMetrics metrics,
    ReplicaName replica,
    TimeProvider clock)
{
    private const int OpenedAtATime = 2;

    private readonly ConcurrentDictionary<(BatchId, int), bool> _underWay = [];
    private readonly SemaphoreSlim _opening = new(OpenedAtATime, OpenedAtATime);

    /// <summary>Works on a message.</summary>
    /// <param name="queue">Where it came from.</param>
    /// <param name="message">Its text stays unchanged until the task ends.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>True when it is settled; false when another delivery of the same is under way here.</returns>
    /// <exception cref="PublishException">Something of it may not have reached the broker.</exception>
    public async Task<bool> DoAsync(QueueEndpoint queue, ReceivedMessage message, CancellationToken cancellationToken)
    {
        using var span = BridgeTracing.StartProcess(queue, message.ReceiveCount);
        using var decoded = MessageText.Decode(message.Text.Span, limits);
        if (decoded.Refusal is { } refusal)
        {
            await DeadLetterAsync(queue, message, refusal, cancellationToken);
            return true;
        }

        var identity = IdentityOf(message, decoded);
        if (settled.Contains(identity.Batch))
        {
            metrics.CountDuplicate();
            return true;
        }

        if (!_underWay.TryAdd(identity, true))
            return false;
        try
        {
            await DoAsync(queue, message, decoded, identity.Batch, cancellationToken);
            return true;
        }
        finally
        {
            _underWay.TryRemove(identity, out _);
        }
    }

    /// <summary>Keeps a message that fails again and again although the broker takes others.</summary>
    /// <exception cref="PublishException">The broker has not taken it: it was the broker's trouble after all.</exception>
    public Task GiveUpAsync(QueueEndpoint queue, ReceivedMessage message, CancellationToken cancellationToken) => DeadLetterAsync(
        queue,
        message,
        new Refusal(RefusalReason.Failed, $"failed after {message.ReceiveCount} deliveries; the bridge's log tells how"),
        cancellationToken);

    private static (BatchId Batch, int Index) IdentityOf(ReceivedMessage message, DecodedMessage decoded) => decoded.Header switch
    {
        { } header => (header.Batch, header.Index),
        null => (PlainIdentity.Of(message.Id, decoded.Bytes.Span), 0),
    };

    private async Task DoAsync(QueueEndpoint queue, ReceivedMessage message, DecodedMessage decoded, BatchId batch, CancellationToken cancellationToken)
    {
        if (decoded.Header is { Count: > 1 } chunk)
        {
            var origin = new ChunkOrigin(queue.ToString(), replica.Value, message.ReceiveCount, clock.GetUtcNow())
            {
                Enqueued = message.EnqueuedAt,
            };
            if (await forwarder.ForwardAsync(chunk, decoded.Bytes, origin, cancellationToken) is { } tooLarge)
                await DeadLetterAsync(queue, message, tooLarge, cancellationToken);
            return;
        }

        var source = new BatchOrigin(queue.ToString(), batch.ToString(), message.ReceiveCount) { EnqueuedAt = message.EnqueuedAt };
        var refusal = decoded.Header is not null
            ? await DeliverBatchAsync(queue, message, decoded, source, cancellationToken)
            : await delivery.DeliverPlainAsync(
                decoded.Bytes,
                source with { TraceParent = message.TraceParent, Attributes = message.Attributes },
                cancellationToken);
        if (refusal is null)
            settled.Add(batch);
        else
            await DeadLetterAsync(queue, message, refusal, cancellationToken);
    }

    // Until it is its turn it waits as a text alone: decoding it once more costs little, holding it twice much.
    private async Task<Refusal?> DeliverBatchAsync(
        QueueEndpoint queue, ReceivedMessage message, DecodedMessage decoded, BatchOrigin origin, CancellationToken cancellationToken)
    {
        decoded.Dispose();
        IReadOnlyList<UnkeptLetter> left;
        using (var attempt = await OpenAsync(message.Text, cancellationToken))
        {
            if (attempt.Refusal is { } refusal)
                return refusal;
            left = await delivery.PublishAsync(attempt.Lines, origin, cancellationToken);
        }

        await deadLetters.WaitAsync(left, message.Text.Length, cancellationToken);
        return null;
    }

    private async Task<OpeningAttempt> OpenAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            using var decoded = MessageText.Decode(text.Span, limits);
            return await delivery.OpenAsync(decoded.Header!.Value, new ReadOnlySequence<byte>(decoded.Slice), cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    private Task DeadLetterAsync(
        QueueEndpoint queue, ReceivedMessage message, Refusal refusal, CancellationToken cancellationToken) => deadLetters.KeepAsync(
        [
            new DeadMessage
            {
                MessageId = message.Id,
                Body = message.Text,
                Refusal = refusal,
                Source = queue.ToString(),
                ReceiveCount = message.ReceiveCount,
            },
        ],
        cancellationToken);
}

/// <summary>Gives a plain event, which names no sender, an identity that is the same on every redelivery.</summary>
internal static class PlainIdentity
{
    /// <summary>Sender from the queue's own identity of the message, sequence 0, digest from the event's bytes.</summary>
    public static BatchId Of(string messageId, ReadOnlySpan<byte> json)
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(messageId), sha);
        var sender = SenderId.Read(sha);
        SHA256.HashData(json, sha);
        return new BatchId(sender, 0, BinaryPrimitives.ReadUInt64BigEndian(sha));
    }
}
