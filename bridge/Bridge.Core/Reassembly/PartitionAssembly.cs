using System.Diagnostics.CodeAnalysis;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Running;
using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;
using Telemetry.Wire;

namespace Bridge.Core.Reassembly;

/// <summary>
/// Collects the chunks of one partition, which stay unacknowledged until their batch is settled. <see cref="PartitionState"/> decides;
/// this class does what it says. Bounded in chunks and in bytes: beyond that some batches go back to the tail of the queue, each in
/// its turn, so that all complete.
/// </summary>
/// <param name="context">What all partitions share.</param>
/// <param name="channel">Settles the chunks.</param>
/// <param name="room">Memory for whole batches that are not yet published, of all partitions.</param>
/// <param name="inWork">Counts what a stop waits for.</param>
/// <param name="log">Gets what happens.</param>
/// <param name="abort">Cancelled when work under way must be given up.</param>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without timer or link holds nothing to release.")]
internal sealed class PartitionAssembly(
    ReassemblyContext context, IPartitionChannel channel, ByteBudget room, TaskGroup inWork, ILogger log, CancellationToken abort)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly PartitionState _state = new(context.Options, context.Limits, FirstDeferral(context.Random));

    // Chunks that an expiry removed but did not settle before it ended.
    private readonly List<ChunkDelivery> _takenOut = [];
    private Task _expiring = Task.CompletedTask;
    private CancellationTokenSource _leaving = new();

    /// <summary>Bytes of memory that the chunks take.</summary>
    public long Bytes => Decide((state, _) => state.Memory);

    /// <summary>The batches that wait for chunks.</summary>
    public IncompleteBatches Incomplete => Decide((state, _) => state.Incomplete);

    /// <summary>When a chunk came last; null before the first.</summary>
    public DateTimeOffset? LastArrival => Decide((state, _) => state.LastArrival);

    /// <summary>Unsettled chunks that the broker may hand out.</summary>
    public int Prefetch => Decide((state, _) => state.Prefetch);

    /// <summary>True when no chunk waits for others or waits to be given up.</summary>
    public bool IsIdle => _expiring.IsCompleted && Incomplete.Batches == 0;

    /// <summary>True when something has waited too long.</summary>
    public bool HasExpired => Decide((state, now) => state.HasExpired(now));

    /// <summary>Takes a chunk. It completes late, and so slows the broker down, when there is more in memory than is good.</summary>
    public async Task TakeAsync(ChunkDelivery chunk, CancellationToken cancellationToken)
    {
        var action = Decide((state, now) => state.Take(chunk, context.Settled.Contains, now));
        try
        {
            await DoAsync(action, cancellationToken);
        }
        finally
        {
            Decide((state, now) => state.EndTake(now));
        }
    }

    /// <summary>
    /// Dead-letters batches that have waited too long, one after the other; none while their missing chunks may be delayed. Do
    /// not call it while <see cref="ReturnAllAsync"/> is under way.
    /// </summary>
    /// <param name="asked">When the broker was asked for something, which it has just answered.</param>
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
    /// Gives all chunks back to the broker for the next active consumer, except those that are settled or being published.
    /// </summary>
    public async Task ReturnAllAsync()
    {
        var chunks = await TakeAllAsync();
        await channel.ReturnAsync(chunks);
        Release(chunks);
    }

    /// <summary>
    /// Puts every chunk that waits for others into a new queue, since the partition's queue was deleted with all unacknowledged
    /// chunks. Completes when it has taken them; publishing continues in the background.
    /// </summary>
    /// <param name="untilNew">Completes when there is a new queue.</param>
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

    /// <summary>Forgets how large chunks and batches were, when none is left.</summary>
    public void ResetPrefetch() => Decide((state, _) => state.ResetPrefetch());

    /// <summary>Forgets every chunk that waits for others: the channel is closed, and the broker hands them out again by itself.</summary>
    public void Abandon() => Release(Clear());

    private async Task DoAsync(ReassemblyAction action, CancellationToken cancellationToken)
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

    // What is whole but not yet published is bounded too; while it waits here, the broker sends no more.
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
            // Batches that never complete must not circulate through the queue at full speed.
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

    // Puts chunks at the queue's tail. Confirmed chunks leave the list, so that another attempt does not forward them again.
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
            new Payload.SealedBatch(batch.Header, batch.Sealed, batch.Tokens), batch.Tokens, reserved, withdrawn);
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

    // Acknowledges chunks once they are settled; gives them back when that fails unexpectedly.
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

    // One call of the state at a time. When it asks for another prefetch, the broker hands everything out anew.
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

    // Far enough apart that no two replicas count alike.
    private static long FirstDeferral(Random random) => random.NextInt64(1L << 62);
}

/// <summary>What the assemblies of all partitions share.</summary>
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

/// <summary>What a partition's chunks are settled on. Nothing here fails: on a closed channel the broker hands the chunks out again.</summary>
internal interface IPartitionChannel
{
    /// <summary>The partition's queue.</summary>
    string Queue { get; }

    /// <summary>Tells the broker that chunks are settled.</summary>
    Task AcknowledgeAsync(IReadOnlyList<ChunkDelivery> chunks);

    /// <summary>Gives everything back and begins to consume anew, since the partition's prefetch has changed; returns at once.</summary>
    void ConsumeAnew();

    /// <summary>Gives chunks back to the broker, which hands them to the active consumer again.</summary>
    Task ReturnAsync(IReadOnlyList<ChunkDelivery> chunks);
}
