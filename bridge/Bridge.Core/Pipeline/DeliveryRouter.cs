using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Bridge.Core.DeadLetters;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.Core.Running;
using Bridge.Core.Sources;
using Telemetry.Wire;

namespace Bridge.Core.Pipeline;

/// <summary>
/// Processes a delivery by its kind: publishes a whole batch or a plain event, forwards a chunk to its partition, and
/// dead-letters everything else.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing to release.")]
internal sealed class DeliveryRouter(
    BatchDelivery batches,
    ChunkForwarder forwarder,
    IDeadLetters deadLetters,
    SettledBatches settled,
    PublishRetry retry,
    CodecLimits limits,
    PipelineMetrics metrics,
    ReplicaName replica,
    TimeProvider clock)
{
    private const int MaxConcurrentOpens = 2;

    // Delay of a delivery whose content another delivery is publishing.
    private static readonly TimeSpan DuplicateDelay = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(BatchId, int), TaskCompletionSource> _inWork = [];
    private readonly SemaphoreSlim _opening = new(MaxConcurrentOpens, MaxConcurrentOpens);

    /// <summary>Processes a delivery until the broker has confirmed all of it.</summary>
    /// <returns>The outcome. It is a retry while another delivery with the same content is processed by this replica.</returns>
    /// <exception cref="PublishException">At least one event or chunk may not be confirmed.</exception>
    public Task<Outcome> RouteAsync(Delivery delivery, CancellationToken cancellationToken) => delivery.Payload switch
    {
        Payload.Message message => RouteAsync(delivery, message.Text, cancellationToken),
        Payload.Batch batch => OnceAsync(
            delivery,
            (batch.Header.Batch, 0),
            () => PublishAsync(delivery.Origin, batch, cancellationToken),
            cancellationToken),
        Payload.Refused refused => RefuseAsync(delivery.Origin, refused.Messages, refused.Refusal, cancellationToken),
        var other => throw new ArgumentOutOfRangeException(nameof(delivery), other.GetType().Name, "no such payload"),
    };

    /// <summary>Dead-letters a queue message with its original text.</summary>
    /// <exception cref="PublishException">The dead letter may not be confirmed.</exception>
    public Task<Outcome> DeadLetterAsync(
        DeliveryOrigin origin, ReadOnlyMemory<byte> text, Refusal refusal, CancellationToken cancellationToken)
    {
        var dead = new DeadMessage
        {
            MessageId = origin.Id,
            Body = text,
            Refusal = refusal,
            Source = origin.Source.Address,
            ReceiveCount = origin.Attempt,
        };
        return DeadLetterAsync([dead], cancellationToken);
    }

    private async Task<Outcome> DeadLetterAsync(IReadOnlyList<DeadMessage> messages, CancellationToken cancellationToken)
    {
        await deadLetters.KeepAsync(messages, cancellationToken);
        return Outcome.DeadLettered;
    }

    private async Task<Outcome> RouteAsync(Delivery delivery, ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        var origin = delivery.Origin;

        // A whole batch is decoded only just before it is opened, so that waiting batches do not take their memory twice.
        if (MessageText.IsWholeBatch(text.Span, out var batch))
            return await OnceAsync(delivery, (batch, 0), () => PublishAsync(origin, text, cancellationToken), cancellationToken);

        using var decoded = MessageText.Decode(text.Span, limits);
        if (decoded.Refusal is { } refusal)
            return await DeadLetterAsync(origin, text, refusal, cancellationToken);
        if (decoded.Header is { } chunk)
        {
            return await OnceAsync(
                delivery,
                (chunk.Batch, chunk.Index),
                () => ForwardAsync(origin, text, chunk, decoded.Bytes, cancellationToken),
                cancellationToken);
        }

        var plain = PlainIdentity.From(origin.Id, decoded.Bytes.Span);
        return await OnceAsync(
            delivery,
            (plain, 0),
            () => PublishPlainAsync(origin, text, plain, decoded.Bytes, cancellationToken),
            cancellationToken);
    }

    // Two deliveries may have the same content: after a lost lease the queue delivers again, and after a lost connection the
    // broker does. Only one of them is published.
    private async Task<Outcome> OnceAsync(
        Delivery delivery, (BatchId Batch, int Index) identity, Func<Task<Outcome>> work, CancellationToken cancellationToken)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (!_inWork.TryAdd(identity, mine))
        {
            if (!delivery.IsRepeatedHere)
                return settled.Contains(identity.Batch) ? CountDuplicate() : Outcome.Retry(DuplicateDelay);
            if (_inWork.TryGetValue(identity, out var other))
                await other.Task.WaitAsync(cancellationToken);
        }

        try
        {
            return settled.Contains(identity.Batch) ? CountDuplicate() : await work();
        }
        finally
        {
            _inWork.TryRemove(identity, out _);
            mine.SetResult();
        }
    }

    private Outcome CountDuplicate()
    {
        metrics.CountDuplicate();
        return Outcome.Published;
    }

    private async Task<Outcome> ForwardAsync(
        DeliveryOrigin origin,
        ReadOnlyMemory<byte> text,
        ChunkHeader header,
        ReadOnlyMemory<byte> chunk,
        CancellationToken cancellationToken)
    {
        var from = new ChunkOrigin(origin.Source.Address, replica.Value, origin.Attempt, clock.GetUtcNow())
        {
            Enqueued = origin.EnqueuedAt,
        };
        return await forwarder.ForwardAsync(header, chunk, from, cancellationToken) is { } tooLarge
            ? await DeadLetterAsync(origin, text, tooLarge, cancellationToken)
            : Outcome.Published;
    }

    private async Task<Outcome> PublishPlainAsync(
        DeliveryOrigin origin,
        ReadOnlyMemory<byte> text,
        BatchId identity,
        ReadOnlyMemory<byte> json,
        CancellationToken cancellationToken)
    {
        var refusal = await batches.DeliverPlainAsync(json, BatchOrigin.From(origin, identity), cancellationToken);
        if (refusal is not null)
            return await DeadLetterAsync(origin, text, refusal, cancellationToken);
        settled.Add(identity);
        return Outcome.Published;
    }

    // A whole batch in one queue message.
    private async Task<Outcome> PublishAsync(
        DeliveryOrigin origin, ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        IReadOnlyList<UnacceptedLetter> left;
        var (header, attempt) = await OpenAsync(text, cancellationToken);
        using (attempt)
        {
            if (attempt.Refusal is { } refusal)
                return await DeadLetterAsync(origin, text, refusal, cancellationToken);
            left = await batches.PublishAsync(attempt.Lines, BatchOrigin.From(origin, header.Batch), cancellationToken);
        }

        await deadLetters.WaitAsync(left, text.Length, cancellationToken);
        settled.Add(header.Batch);
        return Outcome.Published;
    }

    private async Task<(ChunkHeader Header, OpeningAttempt Attempt)> OpenAsync(
        ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            using var decoded = MessageText.Decode(text.Span, limits);
            if (decoded.Refusal is { } refusal)
                return (default, new OpeningAttempt(refusal));
            var header = decoded.Header!.Value;
            return (header, await batches.OpenAsync(header, new ReadOnlySequence<byte>(decoded.Slice), cancellationToken));
        }
        finally
        {
            _opening.Release();
        }
    }

    // No other replica can publish this batch. Events that the broker does not accept are retried here, and the batch is opened
    // once.
    private async Task<Outcome> PublishAsync(
        DeliveryOrigin origin, Payload.Batch batch, CancellationToken cancellationToken)
    {
        var from = BatchOrigin.From(origin, batch.Header.Batch);
        IReadOnlyList<UnacceptedLetter> left;
        using (var attempt = await batches.OpenAsync(batch.Header, batch.Sealed, cancellationToken))
        {
            if (attempt.Refusal is { } refusal)
                return await RefuseAsync(origin, batch.Messages, refusal, cancellationToken);

            // The messages are not read any more. Releasing them now saves a copy of a large event in memory.
            foreach (var message in batch.Messages)
                message.Dispose();
            left = await retry.RunAsync(
                from.Batch, () => batches.PublishAsync(attempt.Lines, from, cancellationToken), cancellationToken);
        }

        await retry.RunAsync(from.Batch, () => WaitForAsync(left, cancellationToken), cancellationToken);
        settled.Add(batch.Header.Batch);
        return Outcome.Published;
    }

    private async Task<Outcome> WaitForAsync(IReadOnlyList<UnacceptedLetter> left, CancellationToken cancellationToken)
    {
        await deadLetters.WaitAsync(left, heldBytes: 0, cancellationToken);
        return Outcome.Published;
    }

    private Task<Outcome> RefuseAsync(
        DeliveryOrigin origin, IReadOnlyList<ISealedMessage> messages, Refusal refusal, CancellationToken cancellationToken) =>
        retry.RunAsync(origin.Id, () => DeadLetterAsync(DeadLettersOf(messages, refusal), cancellationToken), cancellationToken);

    private static List<DeadMessage> DeadLettersOf(IReadOnlyList<ISealedMessage> messages, Refusal refusal) =>
    [
        .. messages.Select(message => new DeadMessage
        {
            MessageId = message.MessageId,
            Body = MessageText.Encode(message.Bytes.Span),
            Refusal = refusal,
            Source = message.Source,
            ReceiveCount = message.Attempt,
        }),
    ];
}

/// <summary>Creates the identity of a plain event, which names no sender. It is the same on every redelivery.</summary>
internal static class PlainIdentity
{
    /// <summary>
    /// The sender is a hash of the message's identity in its source, the sequence is 0, the digest is that of the event.
    /// </summary>
    public static BatchId From(string messageId, ReadOnlySpan<byte> json)
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(messageId), sha);
        var sender = SenderId.Read(sha);
        SHA256.HashData(json, sha);
        return new BatchId(sender, 0, BinaryPrimitives.ReadUInt64BigEndian(sha));
    }
}
