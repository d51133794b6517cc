using System.Collections.Concurrent;
using Bridge.Core.DeadLetters;
using Bridge.Core.Delivery;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Core.Reassembly;

/// <summary>What becomes of a batch once its chunks are together, or once they are given up: published, or dead-lettered.</summary>
internal sealed class WholeBatches(
    BatchDelivery delivery,
    IDeadLetters deadLetters,
    SettledBatches settled,
    KnownReplicas replicas,
    PipelineMetrics metrics,
    ILogger<WholeBatches> log,
    TimeProvider clock,
    Random random)
{
    private readonly ConcurrentDictionary<BatchId, TaskCompletionSource> _underWay = [];

    /// <summary>True when this replica has already published the batch.</summary>
    public bool IsSettled(BatchId batch) => settled.Contains(batch);

    /// <summary>Publishes a whole batch, trying until it is settled.</summary>
    public async Task DeliverAsync(Assembly<ChunkDelivery> whole, CancellationToken cancellationToken)
    {
        var batch = whole.Header.Batch;
        using var turn = await TakeTurnAsync(batch, cancellationToken);
        if (IsSettled(batch))
        {
            metrics.CountDuplicate();
            return;
        }

        var origin = OriginOf(whole.Tokens, batch);
        await DeliverAsync(whole, origin, cancellationToken);
        var receivers = whole.Tokens.Select(chunk => chunk.Origin.Receiver).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        metrics.CountAssembled(receivers.Count);
        replicas.Note(receivers);
        AssembleLog.Whole(log, origin.Batch, whole.Tokens.Count, (int)whole.Header.Length, string.Join(", ", receivers));
    }

    private async Task DeliverAsync(Assembly<ChunkDelivery> whole, BatchOrigin origin, CancellationToken cancellationToken)
    {
        IReadOnlyList<UnkeptLetter> left = [];
        using (var attempt = await delivery.OpenAsync(whole.Header, whole.Sealed, cancellationToken))
        {
            if (attempt.Refusal is { } refusal)
            {
                await RefuseAsync(whole.Tokens, refusal, cancellationToken);
                return;
            }

            // The chunks are not read any more: releasing them keeps one copy less of a large event in memory.
            foreach (var chunk in whole.Tokens)
                chunk.Dispose();
            await RetryAsync(
                origin.Batch,
                async () => left = await delivery.PublishAsync(attempt.Lines, origin, cancellationToken),
                cancellationToken);
        }

        await RetryAsync(origin.Batch, () => deadLetters.WaitAsync(left, heldBytes: 0, cancellationToken), cancellationToken);
        settled.Add(whole.Header.Batch);
    }

    /// <summary>Dead-letters chunks that cannot become a batch, trying until the broker has taken them.</summary>
    public Task RefuseAsync(IReadOnlyList<ChunkDelivery> chunks, Refusal refusal, CancellationToken cancellationToken) => RetryAsync(
        chunks[0].MessageId, () => deadLetters.KeepAsync(DeadMessagesOf(chunks, refusal), cancellationToken), cancellationToken);

    private static BatchOrigin OriginOf(IReadOnlyList<ChunkDelivery> chunks, BatchId batch) =>
        new(chunks[0].Origin.Source, batch.ToString(), chunks.Max(chunk => chunk.Origin.ReceiveCount)) { EnqueuedAt = chunks.Min(chunk => chunk.Origin.Enqueued) };

    private static List<DeadMessage> DeadMessagesOf(IReadOnlyList<ChunkDelivery> chunks, Refusal refusal) =>
    [
        .. chunks.Select(chunk => new DeadMessage
        {
            MessageId = chunk.MessageId,
            Body = MessageText.Encode(chunk.Chunk.Span),
            Refusal = refusal,
            Source = chunk.Origin.Source,
            ReceiveCount = chunk.Origin.ReceiveCount,
        }),
    ];

    // After a lost connection the same batch can come together again while its first delivery still awaits confirms.
    private async Task<Turn> TakeTurnAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (!_underWay.TryAdd(batch, mine))
        {
            if (_underWay.TryGetValue(batch, out var other))
                await other.Task.WaitAsync(cancellationToken);
        }

        return new Turn(this, batch, mine);
    }

    /// <summary>Repeats an attempt while the broker does not take it.</summary>
    public async Task RetryAsync(string name, Func<Task> attempt, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), random);
        while (true)
        {
            try
            {
                await attempt();
                return;
            }
            catch (PublishException e)
            {
                var delay = backoff.Next();
                AssembleLog.Retrying(log, name, delay, e.Message);
                await Task.Delay(delay, clock, cancellationToken);
            }
        }
    }

    private sealed class Turn(WholeBatches owner, BatchId batch, TaskCompletionSource ended) : IDisposable
    {
        public void Dispose()
        {
            owner._underWay.TryRemove(batch, out _);
            ended.SetResult();
        }
    }
}
