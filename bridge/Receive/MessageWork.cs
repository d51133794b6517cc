using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Bridge.Assemble;
using Bridge.DeadLetter;
using Bridge.Deliver;
using Bridge.Diagnostics;
using Bridge.Publish;
using Telemetry.Wire;

namespace Bridge.Receive;

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
    BridgeMetrics metrics,
    ReplicaName replica,
    TimeProvider clock)
{
    private const int OpenedAtATime = 2;

    private readonly ConcurrentDictionary<(BatchId, int), bool> _underWay = [];
    private readonly SemaphoreSlim _opening = new(OpenedAtATime, OpenedAtATime);

    /// <summary>Works on a message.</summary>
    /// <returns>True when it is settled; false when another delivery of the same is under way here.</returns>
    /// <exception cref="PublishException">Something of it may not have reached the broker.</exception>
    public async Task<bool> DoAsync(LeasedMessage leased, CancellationToken cancellationToken)
    {
        using var span = BridgeTracing.StartProcess(leased.Queue, leased.Message.ReceiveCount);
        using var decoded = MessageText.Decode(leased.Message.Text.Span, limits);
        if (decoded.Refusal is { } refusal)
        {
            await DeadLetterAsync(leased, refusal, cancellationToken);
            return true;
        }

        var identity = IdentityOf(leased, decoded);
        if (settled.Contains(identity.Batch))
        {
            metrics.CountDuplicate();
            return true;
        }

        if (!_underWay.TryAdd(identity, true))
            return false;
        try
        {
            await DoAsync(leased, decoded, identity.Batch, cancellationToken);
            return true;
        }
        finally
        {
            _underWay.TryRemove(identity, out _);
        }
    }

    /// <summary>Keeps a message that fails again and again although the broker takes others.</summary>
    /// <exception cref="PublishException">The broker has not taken it: it was the broker's trouble after all.</exception>
    public Task GiveUpAsync(LeasedMessage leased, CancellationToken cancellationToken) => DeadLetterAsync(
        leased,
        new Refusal(RefusalReason.Failed, $"failed after {leased.Message.ReceiveCount} deliveries; the bridge's log tells how"),
        cancellationToken);

    private static (BatchId Batch, int Index) IdentityOf(LeasedMessage leased, DecodedMessage decoded) => decoded.Header switch
    {
        { } header => (header.Batch, header.Index),
        null => (PlainIdentity.Of(leased.Message.Id, decoded.Bytes.Span), 0),
    };

    private async Task DoAsync(LeasedMessage leased, DecodedMessage decoded, BatchId batch, CancellationToken cancellationToken)
    {
        if (decoded.Header is { Count: > 1 } chunk)
        {
            var origin = new ChunkOrigin(leased.Queue.ToString(), replica.Value, leased.Message.ReceiveCount, clock.GetUtcNow())
            {
                Enqueued = leased.Message.EnqueuedAt,
            };
            if (await forwarder.ForwardAsync(chunk, decoded.Bytes, origin, cancellationToken) is { } tooLarge)
                await DeadLetterAsync(leased, tooLarge, cancellationToken);
            return;
        }

        var source = new BatchOrigin(leased.Queue.ToString(), batch.ToString(), leased.Message.ReceiveCount) { EnqueuedAt = leased.Message.EnqueuedAt };
        var refusal = decoded.Header is not null
            ? await DeliverBatchAsync(leased, decoded, source, cancellationToken)
            : await delivery.DeliverPlainAsync(
                decoded.Bytes,
                source with { TraceParent = leased.Message.TraceParent, Attributes = leased.Message.Attributes },
                cancellationToken);
        if (refusal is null)
            settled.Add(batch);
        else
            await DeadLetterAsync(leased, refusal, cancellationToken);
    }

    // Until it is its turn it waits as a text alone: decoding it once more costs little, holding it twice much.
    private async Task<Refusal?> DeliverBatchAsync(
        LeasedMessage leased, DecodedMessage decoded, BatchOrigin origin, CancellationToken cancellationToken)
    {
        decoded.Dispose();
        IReadOnlyList<UnkeptLetter> left;
        using (var attempt = await OpenAsync(leased.Message.Text, cancellationToken))
        {
            if (attempt.Refusal is { } refusal)
                return refusal;
            left = await delivery.PublishAsync(attempt.Lines, origin, cancellationToken);
        }

        await deadLetters.WaitAsync(left, leased.Message.Text.Length, cancellationToken);
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
        LeasedMessage leased, Refusal refusal, CancellationToken cancellationToken) => deadLetters.KeepAsync(
        [
            new DeadMessage
            {
                MessageId = leased.Message.Id,
                Body = leased.Message.Text,
                Refusal = refusal,
                Source = leased.Queue.ToString(),
                ReceiveCount = leased.Message.ReceiveCount,
            },
        ],
        cancellationToken);
}
