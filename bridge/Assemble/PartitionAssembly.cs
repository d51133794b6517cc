using Bridge.Diagnostics;
using Bridge.Publish;
using Microsoft.Extensions.Logging;
using Telemetry.Codec;

namespace Bridge.Assemble;

/// <summary>
/// Collects the chunks of one partition, which stay unacknowledged until their batch is settled. Bounded in chunks and in bytes:
/// beyond that some batches go back to the tail of the queue, each in its turn, so that all complete.
/// </summary>
internal sealed class PartitionAssembly(
    IPartitionChannel channel,
    HeldChunks held,
    WholeBatches whole,
    ChunkForwarder forwarder,
    ByteBudget budget,
    CodecLimits limits,
    AssembleOptions options,
    BridgeMetrics metrics,
    ILogger log,
    TaskGroup inWork,
    TimeProvider clock,
    CancellationToken abort)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly HoldUps _holdUps = new(options.Grace, clock);
    private int _expiring;

    /// <summary>Bytes of memory that the chunks take.</summary>
    public long Bytes => held.Bytes;

    /// <summary>The batches that wait for chunks.</summary>
    public IncompleteBatches Incomplete => held.Incomplete;

    /// <summary>When a chunk came last; null before the first.</summary>
    public DateTimeOffset? LastArrival => held.LastArrival;

    /// <summary>Unsettled chunks that the broker may hand out.</summary>
    public int Prefetch => held.Prefetch;

    /// <summary>True when no chunk waits for others.</summary>
    public bool IsIdle => held.IsEmpty;

    /// <summary>Takes a chunk. It completes late, and so slows the broker down, when there is more in memory than is good.</summary>
    public async Task TakeAsync(ChunkDelivery chunk, CancellationToken cancellationToken)
    {
        _holdUps.BeginTake();
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

    /// <summary>Dead-letters what has waited too long, one batch after the other; nothing while the missing chunks may be held up.</summary>
    /// <param name="asked">Timestamp from before the broker was asked for something, which it has just answered.</param>
    public void Expire(long asked)
    {
        _holdUps.NoteAnswer(asked);
        if (HasExpired && Interlocked.Exchange(ref _expiring, 1) == 0)
            inWork.Run(ExpireAllAsync, () => Volatile.Write(ref _expiring, 0));
    }

    /// <summary>Gives every chunk that waits for others back to the broker, for the next active consumer.</summary>
    public async Task ReturnAllAsync()
    {
        var chunks = held.Clear();
        await channel.ReturnAsync(chunks);
        Release(chunks);
    }

    /// <summary>Forgets how large chunks and batches were, when none is left.</summary>
    public void ResetPrefetch() => held.ResetPrefetch();

    /// <summary>Forgets every chunk that waits for others: the channel is closed, and the broker hands them out again by itself.</summary>
    public void Abandon() => Release(held.Clear());

    private async Task TakeOneAsync(ChunkDelivery chunk, CancellationToken cancellationToken)
    {
        if (ChunkHeader.Read(chunk.Chunk.Span, limits, out var header) is { } refusal)
            Begin([chunk], reservation: null, stop => whole.RefuseAsync([chunk], refusal, stop));
        else if (whole.IsSettled(header.Batch))
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
                Begin(assembly.Tokens, await ReserveAsync(assembly, cancellationToken), stop => whole.DeliverAsync(assembly, stop));
                break;
            case AssemblyState.Refused:
                Begin(assembly.Tokens, reservation: null, stop => whole.RefuseAsync(assembly.Tokens, assembly.Refusal!, stop));
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
        {
            try
            {
                // Batches that never complete must not go round at full speed.
                await Task.Delay(Pause(), clock, cancellationToken);
                await whole.RetryAsync(channel.Queue, () => ToTailAsync(deferral, cancellationToken), cancellationToken);
                await channel.AcknowledgeAsync(deferral.Chunks);
                AssembleLog.MadeRoom(log, channel.Queue, deferral.Chunks.Count);
            }
            finally
            {
                Release(deferral.Chunks);
            }
        }
    }

    private TimeSpan Pause() => TimeSpan.FromMilliseconds(Math.Min(held.FruitlessRounds * 20, LongestPause.TotalMilliseconds));

    private Task ToTailAsync(Deferral deferral, CancellationToken cancellationToken) => Task.WhenAll(deferral.Chunks.Select(async chunk =>
    {
        _ = ChunkHeader.Read(chunk.Chunk.Span, limits, out var header);
        if (await forwarder.ForwardAsync(header, chunk.Chunk, chunk.Origin with { Deferral = deferral.Number }, cancellationToken) is { } refusal)
            throw new PublishException(refusal.Detail);
    }));

    private async Task ExpireAllAsync()
    {
        while (!_holdUps.IsGrace && !abort.IsCancellationRequested && held.TakeExpired() is { } expired)
        {
            var began = clock.GetTimestamp();
            await whole.RefuseAsync(expired.Tokens, expired.Refusal!, abort);
            await channel.AcknowledgeAsync(expired.Tokens);
            Release(expired.Tokens);
            _holdUps.NoteAnswer(began);
        }
    }

    private void Begin(IReadOnlyList<ChunkDelivery> chunks, ByteBudget.Reservation? reservation, Func<CancellationToken, Task> settle) =>
        inWork.Run(
            async () =>
            {
                try
                {
                    await settle(abort);
                    await channel.AcknowledgeAsync(chunks);
                }
                catch (OperationCanceledException) when (abort.IsCancellationRequested)
                {
                    // Not acknowledged: the next active consumer gets the chunks.
                }
                catch (Exception e)
                {
                    AssembleLog.FailedUnexpectedly(log, e, channel.Queue, chunks.Count);
                    await Task.Delay(LongestPause, clock, abort);
                    await channel.ReturnAsync(chunks);
                }
            },
            () =>
            {
                Release(chunks);
                reservation?.Dispose();
            });

    private async Task DropAsync(IReadOnlyList<ChunkDelivery> chunks)
    {
        metrics.CountDuplicate();
        await channel.AcknowledgeAsync(chunks);
        Release(chunks);
    }

    private static void Release(IReadOnlyList<ChunkDelivery> chunks)
    {
        foreach (var chunk in chunks)
            chunk.Dispose();
    }
}
