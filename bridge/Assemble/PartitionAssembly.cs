using Bridge.Diagnostics;
using Microsoft.Extensions.Logging;
using Telemetry.Codec;

namespace Bridge.Assemble;

/// <summary>
/// Collects the chunks of one partition, which stay unacknowledged until their batch is settled. Bounded in chunks and in bytes:
/// near the bound the least complete batches go back to the tail of the queue, so that the others complete, then these.
/// </summary>
internal sealed class PartitionAssembly(
    IPartitionChannel channel,
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
    // Chunks that go round without a completion before they go slower.
    private const int Round = 1_800;

    // What takes longer has been held up by the broker, and with it the chunks that it had to deliver.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly BatchAssembler<ChunkDelivery> _assembler = new(options.Timeout);
    private readonly long _share = options.MaxBytes / options.Partitions;
    private readonly PartitionPrefetch _prefetch = new(options.MaxBytes / options.Partitions);

    // At least this long a batch waits for its chunks after a fail-over, or after they were held up.
    private readonly TimeSpan _grace = options.Timeout < TimeSpan.FromMinutes(1) ? options.Timeout : TimeSpan.FromMinutes(1);
    private DateTimeOffset _expireFrom;
    private long? _takingSince;
    private int _goneRound;
    private bool _expiring;

    /// <summary>Bytes of slices held.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _assembler.Bytes;
        }
    }

    /// <summary>Unsettled chunks that the broker may hand out.</summary>
    public int Prefetch
    {
        get
        {
            lock (_gate)
                return _prefetch.Value;
        }
    }

    /// <summary>True when no chunk waits for others.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
                return _assembler.Batches == 0;
        }
    }

    /// <summary>Takes a chunk. It completes late, and so slows the broker down, when there is more in memory than is good.</summary>
    public async Task TakeAsync(ChunkDelivery chunk, CancellationToken cancellationToken)
    {
        BeginTake();
        try
        {
            await TakeOneAsync(chunk, cancellationToken);
        }
        finally
        {
            EndTake();
        }
    }

    /// <summary>True when something has waited too long.</summary>
    public bool HasExpired
    {
        get
        {
            lock (_gate)
                return !_expiring && clock.GetUtcNow() >= _expireFrom && _assembler.HasExpired(clock.GetUtcNow());
        }
    }

    /// <summary>Dead-letters what has waited too long, one batch after the other; nothing while the missing chunks may be held up.</summary>
    /// <param name="asked">Timestamp from before the broker was asked for something, which it has just answered.</param>
    public void Expire(long asked)
    {
        lock (_gate)
        {
            if (_takingSince is { } since && IsLong(since))
                return;
            if (GiveGraceIfLong(asked) || !HasExpired)
                return;
            _expiring = true;
        }

        inWork.Run(ExpireAllAsync, () =>
        {
            lock (_gate)
                _expiring = false;
        });
    }

    /// <summary>Gives every chunk that waits for others back to the broker, for the next active consumer.</summary>
    public async Task ReturnAllAsync()
    {
        var chunks = Clear();
        await channel.ReturnAsync(chunks);
        Release(chunks);
    }

    /// <summary>Needs no more room than its share again, when no batch is left that needed more.</summary>
    public void ShrinkPrefetch()
    {
        lock (_gate)
            _prefetch.Shrink();
    }

    /// <summary>Forgets every chunk that waits for others: the channel is closed, and the broker hands them out again by itself.</summary>
    public void Abandon() => Release(Clear());

    private bool IsLong(long since) => clock.GetElapsedTime(since) > LongestAnswer;

    private bool GiveGraceIfLong(long since)
    {
        if (!IsLong(since))
            return false;
        _expireFrom = clock.GetUtcNow() + _grace;
        return true;
    }

    private void BeginTake()
    {
        lock (_gate)
            _takingSince = clock.GetTimestamp();
    }

    private void EndTake()
    {
        lock (_gate)
        {
            GiveGraceIfLong(_takingSince!.Value);
            _takingSince = null;
        }
    }

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
        var slice = chunk.Chunk[ChunkHeader.Size..];
        bool hasGrown;
        Assembly<ChunkDelivery> assembly;
        lock (_gate)
        {
            hasGrown = _prefetch.Learn(header, slice.Length);
            assembly = _assembler.Add(header, slice, chunk, SeenOf(chunk));
        }

        if (hasGrown)
            channel.Widen();
        return assembly;
    }

    // The time-out also runs while no replica does: the chunks that are missing may still lie in their cloud queue.
    private DateTimeOffset SeenOf(ChunkDelivery chunk)
    {
        var earliest = clock.GetUtcNow() - options.Timeout + _grace;
        return chunk.Origin.Seen > earliest ? chunk.Origin.Seen : earliest;
    }

    private async Task SettleAsync(Assembly<ChunkDelivery> assembly, CancellationToken cancellationToken)
    {
        switch (assembly.State)
        {
            case AssemblyState.Complete:
                _goneRound = 0;
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
            return await budget.ReserveAsync(assembly.Sealed!.Length, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            assembly.Sealed!.Dispose();
            Release(assembly.Tokens);
            throw;
        }
    }

    private async Task MakeRoomAsync(CancellationToken cancellationToken)
    {
        while (TakeForRoom() is { Count: > 0 } chunks)
        {
            try
            {
                await Task.Delay(Pause(), clock, cancellationToken);
                _goneRound += chunks.Count;
                await whole.RetryAsync(channel.Queue, () => ToTailAsync(chunks, cancellationToken), cancellationToken);
                await channel.AcknowledgeAsync(chunks);
                AssembleLog.MadeRoom(log, channel.Queue, chunks.Count);
            }
            finally
            {
                Release(chunks);
            }
        }
    }

    // Batches that never complete must not go round at full speed: the oftener without a completion, the slower.
    private TimeSpan Pause()
    {
        var rounds = _goneRound / Round;
        return rounds < LongestPause.TotalMilliseconds ? TimeSpan.FromMilliseconds(rounds) : LongestPause;
    }

    private IReadOnlyList<ChunkDelivery> TakeForRoom()
    {
        lock (_gate)
            return _assembler.Chunks > _prefetch.MaxHeld || _assembler.Bytes > _share ? _assembler.TakeLeastComplete() : [];
    }

    private Task ToTailAsync(IReadOnlyList<ChunkDelivery> chunks, CancellationToken cancellationToken) => Task.WhenAll(chunks.Select(chunk =>
    {
        _ = ChunkHeader.Read(chunk.Chunk.Span, limits, out var header);
        return forwarder.ForwardAsync(header, chunk.Chunk, chunk.Origin, cancellationToken);
    }));

    private async Task ExpireAllAsync()
    {
        var isHeldUp = false;
        while (!isHeldUp && !abort.IsCancellationRequested && TakeExpired() is { } expired)
        {
            var began = clock.GetTimestamp();
            await whole.RefuseAsync(expired.Tokens, expired.Refusal!, abort);
            await channel.AcknowledgeAsync(expired.Tokens);
            Release(expired.Tokens);
            lock (_gate)
                isHeldUp = GiveGraceIfLong(began);
        }
    }

    private Assembly<ChunkDelivery>? TakeExpired()
    {
        lock (_gate)
            return _assembler.TakeExpired(clock.GetUtcNow());
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

    private IReadOnlyList<ChunkDelivery> Clear()
    {
        lock (_gate)
            return _assembler.Clear();
    }

    private static void Release(IReadOnlyList<ChunkDelivery> chunks)
    {
        foreach (var chunk in chunks)
            chunk.Dispose();
    }
}
