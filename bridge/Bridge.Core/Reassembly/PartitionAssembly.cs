using System.Diagnostics.CodeAnalysis;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Running;
using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;
using Telemetry.Wire;

namespace Bridge.Core.Reassembly;

/// <summary>
/// Collects the chunks of one partition, which stay unacknowledged until their batch is settled. <see cref="PartitionState"/>
/// decides what to do, and this class does it. Chunks and bytes are bounded: above the bound some batches, each in its turn,
/// return to the tail of the queue, so that every batch completes.
/// </summary>
/// <param name="context">The services that all partitions share.</param>
/// <param name="channel">Settles the chunks.</param>
/// <param name="room">Memory for whole batches that are not yet published. All partitions share it.</param>
/// <param name="inWork">Runs the work that a stop waits for.</param>
/// <param name="log">Receives events of assembling.</param>
/// <param name="abort">Cancelled when running work must end without settling its chunks.</param>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without timer or link holds nothing to release.")]
internal sealed class PartitionAssembly(
    ReassemblyContext context, IPartitionChannel channel, ByteBudget room, TaskGroup inWork, ILogger log, CancellationToken abort)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly PartitionState _state = new(context.Options, context.Limits, FirstDeferral(context.Random));

    // Chunks that a cancelled expiry removed from the state but did not settle.
    private readonly List<ChunkDelivery> _takenOut = [];
    private Task _expiring = Task.CompletedTask;
    private CancellationTokenSource _leaving = new();

    /// <summary>Bytes of memory that the waiting chunks take.</summary>
    public long Bytes => Decide((state, _) => state.Memory);

    /// <summary>The batches that wait for chunks.</summary>
    public IncompleteBatches Incomplete => Decide((state, _) => state.Incomplete);

    /// <summary>When the last chunk arrived; null before the first.</summary>
    public DateTimeOffset? LastArrival => Decide((state, _) => state.LastArrival);

    /// <summary>Maximum number of unsettled chunks, for the broker.</summary>
    public int Prefetch => Decide((state, _) => state.Prefetch);

    /// <summary>True when no chunk waits for others and no batch is expiring.</summary>
    public bool IsIdle => _expiring.IsCompleted && Incomplete.Batches == 0;

    /// <summary>True when a batch has waited too long.</summary>
    public bool HasExpired => Decide((state, now) => state.HasExpired(now));

    /// <summary>
    /// Takes a chunk. When the memory is full, the call waits, and meanwhile the broker's next chunk waits too.
    /// </summary>
    public async Task TakeAsync(ChunkDelivery chunk, CancellationToken cancellationToken)
    {
        var action = Decide((state, now) => state.Take(chunk, context.Settled.Contains, now));
        try
        {
            await ExecuteAsync(action, cancellationToken);
        }
        finally
        {
            Decide((state, now) => state.EndTake(now));
        }
    }

    /// <summary>
    /// Begins to dead-letter the batches that have waited too long, one after the other. None expires while its missing chunks
    /// may be delayed. Do not call this while <see cref="ReturnAllAsync"/> runs.
    /// </summary>
    /// <param name="asked">The time before the last request to the broker, which the broker has just answered.</param>
    public void Expire(DateTimeOffset asked)
    {
        Decide((state, now) => state.NoteAnswer(asked, now));
        if (!HasExpired || !_expiring.IsCompleted)
            return;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (_expiring, var leaving) = (ended.Task, _leaving.Token);
        inWork.Run(() => ExpireAllAsync(leaving), ended.SetResult);
    }

    /// <summary>
    /// Returns all waiting chunks to the broker for the next active consumer. Batches that are being published continue.
    /// </summary>
    public async Task ReturnAllAsync()
    {
        var chunks = await TakeAllAsync();
        await channel.ReturnAsync(chunks);
        Release(chunks);
    }

    /// <summary>
    /// Publishes every waiting chunk to a new queue, after the partition's queue was deleted with all its unacknowledged chunks.
    /// Completes when the chunks are taken out; their publication continues in the background.
    /// </summary>
    /// <param name="untilNew">Completes when the new queue exists.</param>
    public async Task ForwardAllAsync(Func<Task> untilNew)
    {
        var chunks = await TakeAllAsync();
        AssembleLog.Deleted(log, channel.Queue, chunks.Count);
        List<ChunkDelivery> left = [.. chunks];
        inWork.Run(
            async () =>
            {
                await untilNew();
                await context.Retry.RunAsync(channel.Queue, () => ForwardAsync(left, chunk => chunk.Origin, abort), abort);
            },
            () => Release(chunks));
    }

    /// <summary>Resets the prefetch to its initial value. Call it when no chunk is left.</summary>
    public void ResetPrefetch() => Decide((state, _) => state.ResetPrefetch());

    /// <summary>
    /// Drops every waiting chunk. Call it when the channel is closed, since the broker then delivers them again.
    /// </summary>
    public void Abandon() => Release(Clear());

    private async Task ExecuteAsync(ReassemblyAction action, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case ReassemblyAction.Publish publish:
                var reserved = await ReserveAsync(publish.Batch, cancellationToken);
                Begin(publish.Batch.Tokens, stop => PublishAsync(publish.Batch, reserved, stop));
                break;
            case ReassemblyAction.Refuse refuse:
                Begin(refuse.Chunks, stop => RefuseAsync(refuse, stop));
                break;
            case ReassemblyAction.Drop drop:
                await DropAsync(drop.Chunks);
                break;
            default:
                await MakeRoomAsync(cancellationToken);
                break;
        }
    }

    // The memory of whole batches before their publication is bounded too. During this wait no further chunk is taken.
    private async Task<ByteBudget.Reservation> ReserveAsync(Assembly<ChunkDelivery> batch, CancellationToken cancellationToken)
    {
        try
        {
            return await room.ReserveAsync(batch.Sealed.Length, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Release(batch.Tokens);
            throw;
        }
    }

    private async Task MakeRoomAsync(CancellationToken cancellationToken)
    {
        while (Decide((state, now) => state.MakeRoom(now)) is ReassemblyAction.Defer deferral)
            await DeferAsync(deferral, cancellationToken);
    }

    private async Task DeferAsync(ReassemblyAction.Defer deferral, CancellationToken cancellationToken)
    {
        List<ChunkDelivery> left = [.. deferral.Chunks];
        try
        {
            // The pause keeps batches that never complete from circulating through the queue at full speed.
            await Task.Delay(Pause(), context.Clock, cancellationToken);
            await context.Retry.RunAsync(
                channel.Queue,
                () => ForwardAsync(left, chunk => chunk.Origin with { Deferral = deferral.Number }, cancellationToken),
                cancellationToken);
            AssembleLog.MadeRoom(log, channel.Queue, deferral.Chunks.Count);
        }
        finally
        {
            await channel.AcknowledgeAsync([.. deferral.Chunks.Except(left)]);
            await channel.ReturnAsync(left);
            Release(deferral.Chunks);
        }
    }

    private TimeSpan Pause() =>
        TimeSpan.FromMilliseconds(Math.Min(Decide((state, _) => state.FruitlessRounds) * 20, LongestPause.TotalMilliseconds));

    // Publishes chunks to the queue's tail. Confirmed chunks leave the list, so that a further attempt does not publish them
    // again.
    private async Task<bool> ForwardAsync(
        List<ChunkDelivery> left, Func<ChunkDelivery, ChunkOrigin> originOf, CancellationToken cancellationToken)
    {
        var forwarding = left.ConvertAll(chunk =>
        {
            _ = ChunkHeader.Read(chunk.Bytes.Span, context.Limits, out var header);
            return (Chunk: chunk, Done: ForwardAsync(header, chunk.Bytes, originOf(chunk), cancellationToken));
        });
        var all = Task.WhenAll(forwarding.Select(one => one.Done));
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        left.Clear();
        left.AddRange(forwarding.Where(one => !one.Done.IsCompletedSuccessfully).Select(one => one.Chunk));
        await all;
        return true;
    }

    private async Task ForwardAsync(
        ChunkHeader header, ReadOnlyMemory<byte> chunk, ChunkOrigin origin, CancellationToken cancellationToken)
    {
        if (await context.Forwarder.ForwardAsync(header, chunk, origin, cancellationToken) is { } refusal)
            throw new PublishException(refusal.Detail);
    }

    private async Task ExpireAllAsync(CancellationToken leaving)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(abort, leaving);
        while (!end.IsCancellationRequested && Decide((state, now) => state.Tick(now)) is ReassemblyAction.Refuse expired)
        {
            var asked = context.Clock.GetUtcNow();
            try
            {
                await SettleAsync(expired.Chunks, stop => RefuseAsync(expired, stop), end.Token);
                Release(expired.Chunks);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                _takenOut.AddRange(expired.Chunks);
            }

            Decide((state, now) => state.NoteAnswer(asked, now));
        }
    }

    // After an abort the chunks are not acknowledged, so that the next active consumer gets them.
    private void Begin(IReadOnlyList<ChunkDelivery> chunks, Func<CancellationToken, Task<Outcome>> settle) =>
        inWork.Run(() => SettleAsync(chunks, settle, abort), () => Release(chunks));

    private async Task<Outcome> PublishAsync(
        Assembly<ChunkDelivery> batch, ByteBudget.Reservation reserved, CancellationToken withdrawn)
    {
        using var _ = reserved;
        var outcome = await DeliverAsync(
            new Payload.Batch(batch.Header, batch.Sealed, batch.Tokens), batch.Tokens, reserved, withdrawn);
        if (outcome.Kind is not OutcomeKind.Retry)
            NoteAssembled(batch);
        return outcome;
    }

    private void NoteAssembled(Assembly<ChunkDelivery> batch)
    {
        var receivers = batch.Tokens.Select(chunk => chunk.Origin.Receiver)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        context.Metrics.CountAssembled(receivers.Count);
        context.Replicas.Note(receivers);
        AssembleLog.Whole(
            log, batch.Header.Batch.ToString(), batch.Tokens.Count, (int)batch.Header.Length, string.Join(", ", receivers));
    }

    private Task<Outcome> RefuseAsync(ReassemblyAction.Refuse refuse, CancellationToken withdrawn) =>
        DeliverAsync(new Payload.Refused(refuse.Refusal, refuse.Chunks), refuse.Chunks, reserved: null, withdrawn);

    private Task<Outcome> DeliverAsync(
        Payload payload, IReadOnlyList<ChunkDelivery> chunks, ByteBudget.Reservation? reserved, CancellationToken withdrawn)
    {
        var source = new SourceName(MessagingAttributes.RabbitMq, channel.Queue, chunks[0].Source);
        var origin = new DeliveryOrigin(source, chunks[0].MessageId, chunks.Max(chunk => chunk.Attempt))
        {
            EnqueuedAt = chunks.Min(chunk => chunk.Origin.Enqueued),
        };
        return AwaitedSettlement.DeliverAsync(
            context.Sink,
            settlement => new Delivery(payload, origin, settlement)
            {
                IsRepeatedHere = true,
                Room = reserved,
                Withdrawn = withdrawn,
            });
    }

    // Acknowledges chunks after their settlement. Returns them to the broker when their processing fails unexpectedly.
    private async Task SettleAsync(
        IReadOnlyList<ChunkDelivery> chunks, Func<CancellationToken, Task<Outcome>> settle, CancellationToken stop)
    {
        var outcome = await settle(stop);
        if (outcome.Kind is not OutcomeKind.Retry)
        {
            await channel.AcknowledgeAsync(chunks);
            return;
        }

        stop.ThrowIfCancellationRequested();
        await Task.Delay(outcome.Delay, context.Clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await channel.ReturnAsync(chunks);
    }

    private async Task DropAsync(IReadOnlyList<ChunkDelivery> chunks)
    {
        context.Metrics.CountDuplicate();
        await channel.AcknowledgeAsync(chunks);
        Release(chunks);
    }

    private async Task<List<ChunkDelivery>> TakeAllAsync()
    {
        await _leaving.CancelAsync();
        await _expiring;
        _leaving = new CancellationTokenSource();
        List<ChunkDelivery> chunks = [.. Clear(), .. _takenOut];
        _takenOut.Clear();
        return chunks;
    }

    private IReadOnlyList<ChunkDelivery> Clear() => Decide((state, _) => state.Clear(FirstDeferral(context.Random)));

    private void Release(IReadOnlyList<ChunkDelivery> chunks)
    {
        foreach (var chunk in chunks)
            chunk.Dispose();
        Decide((state, now) => state.CountUnsettled(-chunks.Count, now));
    }

    // Calls the state under the lock. After a change of the prefetch the channel must consume anew.
    private T Decide<T>(Func<PartitionState, DateTimeOffset, T> call)
    {
        T result;
        bool hasChanged;
        lock (_gate)
        {
            var prefetch = _state.Prefetch;
            result = call(_state, context.Clock.GetUtcNow());
            hasChanged = _state.Prefetch != prefetch;
        }

        if (hasChanged)
            channel.ConsumeAnew();
        return result;
    }

    private void Decide(Action<PartitionState, DateTimeOffset> call) => Decide((state, now) =>
    {
        call(state, now);
        return true;
    });

    // A random start keeps the numbers of two replicas apart.
    private static long FirstDeferral(Random random) => random.NextInt64(1L << 62);
}

/// <summary>The services that the assemblies of all partitions share.</summary>
internal sealed record ReassemblyContext(
    ISink Sink,
    SettledBatches Settled,
    ChunkForwarder Forwarder,
    PublishRetry Retry,
    KnownReplicas Replicas,
    PipelineMetrics Metrics,
    AssembleOptions Options,
    CodecLimits Limits,
    TimeProvider Clock,
    Random Random);

/// <summary>
/// Settles the chunks of a partition. No call fails: when the channel is closed, the broker delivers the chunks again anyway.
/// </summary>
internal interface IPartitionChannel
{
    /// <summary>The partition's queue.</summary>
    string Queue { get; }

    /// <summary>Acknowledges settled chunks.</summary>
    Task AcknowledgeAsync(IReadOnlyList<ChunkDelivery> chunks);

    /// <summary>
    /// Begins to return all chunks and to consume anew, after a change of the partition's prefetch. Does not wait for it.
    /// </summary>
    void ConsumeAnew();

    /// <summary>Returns chunks to the broker, which delivers them to the active consumer again.</summary>
    Task ReturnAsync(IReadOnlyList<ChunkDelivery> chunks);
}
