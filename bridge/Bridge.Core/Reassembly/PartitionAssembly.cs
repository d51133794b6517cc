using System.Diagnostics.CodeAnalysis;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Running;
using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;
using Telemetry.Wire;

namespace Bridge.Core.Reassembly;

/// <summary>
/// Collects the chunks of one partition, which stay unacknowledged until their batch is settled. Bounded in chunks and in bytes:
/// beyond that some batches go back to the tail of the queue, each in its turn, so that all complete.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without timer or link holds nothing to release.")]
internal sealed class PartitionAssembly(
    IPartitionChannel channel,
    HeldChunks held,
    ISink sink,
    SettledBatches settled,
    ChunkForwarder forwarder,
    PublishRetry retry,
    KnownReplicas replicas,
    ByteBudget budget,
    CodecLimits limits,
    AssembleOptions options,
    PipelineMetrics metrics,
    ILogger log,
    TaskGroup inWork,
    TimeProvider clock,
    CancellationToken abort)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly HoldUps _holdUps = new(options.Grace, clock);

    // Chunks that an expiry removed but did not settle before it ended.
    private readonly List<ChunkDelivery> _takenOut = [];
    private Task _expiring = Task.CompletedTask;
    private int _unsettled;
    private CancellationTokenSource _leaving = new();

    /// <summary>Bytes of memory that the chunks take.</summary>
    public long Bytes => held.Bytes;

    /// <summary>The batches that wait for chunks.</summary>
    public IncompleteBatches Incomplete => held.Incomplete;

    /// <summary>When a chunk came last; null before the first.</summary>
    public DateTimeOffset? LastArrival => held.LastArrival;

    /// <summary>Unsettled chunks that the broker may hand out.</summary>
    public int Prefetch => held.Prefetch;

    /// <summary>True when no chunk waits for others or waits to be given up.</summary>
    public bool IsIdle => held.IsEmpty && _expiring.IsCompleted;

    /// <summary>Takes a chunk. It completes late, and so slows the broker down, when there is more in memory than is good.</summary>
    public async Task TakeAsync(ChunkDelivery chunk, CancellationToken cancellationToken)
    {
        _holdUps.BeginTake();
        Count(1);
        try
        {
            held.NoteArrival(chunk);
            await TakeOneAsync(chunk, cancellationToken);
        }
        finally
        {
            _holdUps.EndTake();
        }
    }

    /// <summary>True when something has waited too long.</summary>
    public bool HasExpired => !_holdUps.IsGrace && held.HaveExpired;

    /// <summary>
    /// Dead-letters batches that have waited too long, one after the other; none while their missing chunks may be delayed. Do
    /// not call it while <see cref="ReturnAllAsync"/> is under way.
    /// </summary>
    /// <param name="asked">Timestamp from before the broker was asked for something, which it has just answered.</param>
    public void Expire(long asked)
    {
        _holdUps.NoteAnswer(asked);
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
                await retry.RunAsync(channel.Queue, () => ForwardAsync(left, chunk => chunk.Origin, abort), abort);
            },
            () => Release(chunks));
    }

    /// <summary>Forgets how large chunks and batches were, when none is left.</summary>
    public void ResetPrefetch() => held.ResetPrefetch();

    /// <summary>Forgets every chunk that waits for others: the channel is closed, and the broker hands them out again by itself.</summary>
    public void Abandon() => Release(held.Clear());

    private async Task<List<ChunkDelivery>> TakeAllAsync()
    {
        await _leaving.CancelAsync();
        await _expiring;
        _leaving = new CancellationTokenSource();
        List<ChunkDelivery> chunks = [.. held.Clear(), .. _takenOut];
        _takenOut.Clear();
        return chunks;
    }

    private async Task TakeOneAsync(ChunkDelivery chunk, CancellationToken cancellationToken)
    {
        if (ChunkHeader.Read(chunk.Bytes.Span, limits, out var header) is { } refusal)
            Begin([chunk], room: null, stop => RefuseAsync([chunk], refusal, stop));
        else if (settled.Contains(header.Batch))
            await DropAsync([chunk]);
        else
            await SettleAsync(Add(header, chunk), cancellationToken);
    }

    private Assembly<ChunkDelivery> Add(in ChunkHeader header, ChunkDelivery chunk)
    {
        var assembly = held.Add(header, chunk, out var isRefitted);
        if (isRefitted)
            channel.ConsumeAnew();
        return assembly;
    }

    private async Task SettleAsync(Assembly<ChunkDelivery> assembly, CancellationToken cancellationToken)
    {
        switch (assembly.State)
        {
            case AssemblyState.Complete:
                var room = await ReserveAsync(assembly, cancellationToken);
                Begin(assembly.Tokens, room, stop => DeliverAsync(assembly, room, stop));
                break;
            case AssemblyState.Refused:
                Begin(assembly.Tokens, room: null, stop => RefuseAsync(assembly.Tokens, assembly.Refusal!, stop));
                break;
            case AssemblyState.Duplicate:
                await DropAsync(assembly.Tokens);
                break;
            default:
                await MakeRoomAsync(cancellationToken);
                break;
        }
    }

    // What is whole but not yet published is bounded too; while it waits here, the broker sends no more.
    private async Task<ByteBudget.Reservation> ReserveAsync(Assembly<ChunkDelivery> assembly, CancellationToken cancellationToken)
    {
        try
        {
            return await budget.ReserveAsync(assembly.Sealed.Length, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Release(assembly.Tokens);
            throw;
        }
    }

    private async Task MakeRoomAsync(CancellationToken cancellationToken)
    {
        if (held.Refit())
        {
            // All that is held comes again.
            channel.ConsumeAnew();
            return;
        }

        while (held.TakeForRoom() is { } deferral)
            await DeferAsync(deferral, cancellationToken);
    }

    private async Task DeferAsync(Deferral deferral, CancellationToken cancellationToken)
    {
        List<ChunkDelivery> left = [.. deferral.Chunks];
        try
        {
            // Batches that never complete must not circulate through the queue at full speed.
            await Task.Delay(Pause(), clock, cancellationToken);
            await retry.RunAsync(
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

    private TimeSpan Pause() => TimeSpan.FromMilliseconds(Math.Min(held.FruitlessRounds * 20, LongestPause.TotalMilliseconds));

    // Puts chunks at the queue's tail. Confirmed chunks leave the list, so that another attempt does not forward them again.
    private async Task<bool> ForwardAsync(
        List<ChunkDelivery> left, Func<ChunkDelivery, ChunkOrigin> originOf, CancellationToken cancellationToken)
    {
        var forwarding = left.ConvertAll(chunk =>
        {
            _ = ChunkHeader.Read(chunk.Bytes.Span, limits, out var header);
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
        if (await forwarder.ForwardAsync(header, chunk, origin, cancellationToken) is { } refusal)
            throw new PublishException(refusal.Detail);
    }

    private async Task ExpireAllAsync(CancellationToken leaving)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(abort, leaving);
        while (!_holdUps.IsGrace && !end.IsCancellationRequested && held.TakeExpired() is { } expired)
        {
            var began = clock.GetTimestamp();
            try
            {
                await SettleAsync(expired.Tokens, stop => RefuseAsync(expired.Tokens, expired.Refusal!, stop), end.Token);
                Release(expired.Tokens);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                _takenOut.AddRange(expired.Tokens);
            }

            _holdUps.NoteAnswer(began);
        }
    }

    private void Begin(
        IReadOnlyList<ChunkDelivery> chunks, ByteBudget.Reservation? room, Func<CancellationToken, Task<Outcome>> settle) =>
        inWork.Run(
            // After an abort they are not acknowledged, so the next active consumer gets them.
            () => SettleAsync(chunks, settle, abort),
            () =>
            {
                Release(chunks);
                room?.Dispose();
            });

    private async Task<Outcome> DeliverAsync(
        Assembly<ChunkDelivery> whole, ByteBudget.Reservation room, CancellationToken withdrawn)
    {
        var outcome = await DeliverAsync(new Payload.SealedBatch(whole.Header, whole.Sealed, whole.Tokens), whole.Tokens, room, withdrawn);
        if (outcome.Kind is OutcomeKind.Retry)
            return outcome;
        var receivers = whole.Tokens.Select(chunk => chunk.Origin.Receiver).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        metrics.CountAssembled(receivers.Count);
        replicas.Note(receivers);
        AssembleLog.Whole(
            log, whole.Header.Batch.ToString(), whole.Tokens.Count, (int)whole.Header.Length, string.Join(", ", receivers));
        return outcome;
    }

    // Chunks that cannot become a batch.
    private Task<Outcome> RefuseAsync(IReadOnlyList<ChunkDelivery> chunks, Refusal refusal, CancellationToken withdrawn) =>
        DeliverAsync(new Payload.Refused(refusal, chunks), chunks, room: null, withdrawn);

    private Task<Outcome> DeliverAsync(
        Payload payload, IReadOnlyList<ChunkDelivery> chunks, ByteBudget.Reservation? room, CancellationToken withdrawn)
    {
        var source = new SourceName("rabbitmq", channel.Queue, chunks[0].Source);
        var origin = new DeliveryOrigin(source, chunks[0].MessageId, chunks.Max(chunk => chunk.Attempt))
        {
            EnqueuedAt = chunks.Min(chunk => chunk.Origin.Enqueued),
        };
        return AwaitedSettlement.DeliverAsync(
            sink,
            settlement => new Delivery(payload, origin, settlement) { IsRepeatedHere = true, Room = room, Withdrawn = withdrawn });
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
        await Task.Delay(outcome.Delay, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await channel.ReturnAsync(chunks);
    }

    private async Task DropAsync(IReadOnlyList<ChunkDelivery> chunks)
    {
        metrics.CountDuplicate();
        await channel.AcknowledgeAsync(chunks);
        Release(chunks);
    }

    private void Release(IReadOnlyList<ChunkDelivery> chunks)
    {
        foreach (var chunk in chunks)
            chunk.Dispose();
        Count(-chunks.Count);
    }

    private void Count(int chunks) => _holdUps.NoteUnsettled(Interlocked.Add(ref _unsettled, chunks), held.Prefetch);
}

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
