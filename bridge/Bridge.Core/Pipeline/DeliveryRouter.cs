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
/// Does what a delivery asks for: publishes a whole batch or a plain event, forwards a chunk to its partition, dead-letters what is
/// neither.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to release.")]
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
    private const int OpenedAtATime = 2;

    private static readonly TimeSpan SameUnderWayDelay = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(BatchId, int), TaskCompletionSource> _underWay = [];
    private readonly SemaphoreSlim _opening = new(OpenedAtATime, OpenedAtATime);

    /// <summary>Works on a delivery until the broker has confirmed all of it.</summary>
    /// <returns>A retry when another delivery of the same content is under way here; else what became of it.</returns>
    /// <exception cref="PublishException">Something of it may not have reached the broker.</exception>
    public Task<Outcome> RouteAsync(Delivery delivery, CancellationToken cancellationToken) => delivery.Payload switch
    {
        Payload.Message message => RouteAsync(delivery, message.Text, cancellationToken),
        Payload.SealedBatch batch => OnceAsync(
            delivery,
            (batch.Header.Batch, 0),
            () => PublishAsync(delivery.Origin, batch, cancellationToken),
            cancellationToken),
        Payload.Refused refused => RefuseAsync(delivery.Origin, refused.Messages, refused.Refusal, cancellationToken),
        var other => throw new ArgumentOutOfRangeException(nameof(delivery), other.GetType().Name, "no such payload"),
    };

    /// <summary>Dead-letters a queue message as it came.</summary>
    /// <exception cref="PublishException">The broker has not taken it.</exception>
    public Task<Outcome> DeadLetterAsync(
        DeliveryOrigin origin, ReadOnlyMemory<byte> text, Refusal refusal, CancellationToken cancellationToken) => DeadLetterAsync(
        [
            new DeadMessage
            {
                MessageId = origin.Id,
                Body = text,
                Refusal = refusal,
                Source = origin.Source.Address,
                ReceiveCount = origin.Attempt,
            },
        ],
        cancellationToken);

    private async Task<Outcome> DeadLetterAsync(IReadOnlyList<DeadMessage> messages, CancellationToken cancellationToken)
    {
        await deadLetters.KeepAsync(messages, cancellationToken);
        return Outcome.DeadLettered;
    }

    private async Task<Outcome> RouteAsync(Delivery delivery, ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        // It is decoded when it is its turn to be opened: until then it takes memory once.
        if (MessageText.IsWholeBatch(text.Span, out var batch))
            return await OnceAsync(delivery, (batch, 0), () => PublishAsync(delivery.Origin, text, cancellationToken), cancellationToken);

        var origin = delivery.Origin;
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
            delivery, (plain, 0), () => PublishPlainAsync(origin, text, plain, decoded.Bytes, cancellationToken), cancellationToken);
    }

    // Another delivery of the same content may be under way: a redelivery after a lost lease, or, after a lost connection, the same
    // chunks once more.
    private async Task<Outcome> OnceAsync(
        Delivery delivery, (BatchId Batch, int Index) identity, Func<Task<Outcome>> work, CancellationToken cancellationToken)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (!_underWay.TryAdd(identity, mine))
        {
            if (!delivery.IsRepeatedHere)
                return settled.Contains(identity.Batch) ? CountDuplicate() : Outcome.Retry(SameUnderWayDelay);
            if (_underWay.TryGetValue(identity, out var other))
                await other.Task.WaitAsync(cancellationToken);
        }

        try
        {
            return settled.Contains(identity.Batch) ? CountDuplicate() : await work();
        }
        finally
        {
            _underWay.TryRemove(identity, out _);
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
    private async Task<Outcome> PublishAsync(DeliveryOrigin origin, ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        IReadOnlyList<UnkeptLetter> left;
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

    // A whole batch that nobody else can publish: what the broker does not take is tried again here, with the batch opened once.
    private async Task<Outcome> PublishAsync(DeliveryOrigin origin, Payload.SealedBatch batch, CancellationToken cancellationToken)
    {
        var from = BatchOrigin.From(origin, batch.Header.Batch);
        IReadOnlyList<UnkeptLetter> left;
        using (var attempt = await batches.OpenAsync(batch.Header, batch.Sealed, cancellationToken))
        {
            if (attempt.Refusal is { } refusal)
                return await RefuseAsync(origin, batch.Messages, refusal, cancellationToken);

            // They are not read any more: to release them keeps one copy less of a large event in memory.
            foreach (var message in batch.Messages)
                message.Dispose();
            left = await retry.RunAsync(
                from.Batch, () => batches.PublishAsync(attempt.Lines, from, cancellationToken), cancellationToken);
        }

        await retry.RunAsync(from.Batch, () => WaitForAsync(left, cancellationToken), cancellationToken);
        settled.Add(batch.Header.Batch);
        return Outcome.Published;
    }

    private async Task<Outcome> WaitForAsync(IReadOnlyList<UnkeptLetter> left, CancellationToken cancellationToken)
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

/// <summary>Gives a plain event, which names no sender, an identity that is the same on every redelivery.</summary>
internal static class PlainIdentity
{
    /// <summary>Sender from the source's identity of the message, sequence 0, digest from the event's bytes.</summary>
    public static BatchId From(string messageId, ReadOnlySpan<byte> json)
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(messageId), sha);
        var sender = SenderId.Read(sha);
        SHA256.HashData(json, sha);
        return new BatchId(sender, 0, BinaryPrimitives.ReadUInt64BigEndian(sha));
    }
}
