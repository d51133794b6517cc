using System.Runtime.InteropServices;
using Telemetry.Wire;

namespace Bridge.Core.Reassembly;

/// <summary>
/// The waiting chunks of one partition: a state machine without I/O, clock or lock. Its inputs are chunks and ticks. Its outputs
/// are actions, which <see cref="PartitionAssembly"/> carries out. docs/background/reassembly.md shows it on one page.
/// </summary>
/// <param name="options">Time-out and memory.</param>
/// <param name="limits">Limits on accepted chunks.</param>
/// <param name="firstDeferral">Number of the first deferral. The numbers of two replicas must differ.</param>
internal sealed class PartitionState(AssembleOptions options, CodecLimits limits, long firstDeferral)
{
    private readonly BatchAssembler<ChunkDelivery> _assembler = new(options.Timeout);
    private readonly long _share = options.MaxBytes / options.Partitions;
    private readonly PartitionPrefetch _prefetch = new(options.MaxBytes / options.Partitions);
    private readonly ExpiryGracePeriod _grace = new(options.Grace);
    private DeferralRounds _rounds = new(firstDeferral);
    private int _unsettled;

    /// <summary>Bytes of memory that the waiting chunks take.</summary>
    public long Memory { get; private set; }

    /// <summary>When the last chunk arrived; null before the first.</summary>
    public DateTimeOffset? LastArrival { get; private set; }

    /// <summary>The batches that wait for chunks.</summary>
    public IncompleteBatches Incomplete => new(_assembler.Batches, Memory, _assembler.OldestSeen);

    /// <summary>Maximum number of unsettled chunks, for the broker.</summary>
    public int Prefetch => _prefetch.Value;

    /// <summary>Rounds of the queue since a batch last became whole.</summary>
    public int FruitlessRounds => _rounds.Fruitless;

    /// <summary>Takes a chunk. Call <see cref="EndTake"/> after the returned action; the next chunks wait until then.</summary>
    /// <param name="chunk">The chunk, which now counts as unsettled.</param>
    /// <param name="isSettled">Returns true for a batch that is already published.</param>
    /// <param name="now">The time.</param>
    public ReassemblyAction Take(ChunkDelivery chunk, Func<BatchId, bool> isSettled, DateTimeOffset now)
    {
        _grace.BeginTake(now);
        CountUnsettled(1, now);
        NoteArrival(chunk, now);
        if (ChunkHeader.Read(chunk.Bytes.Span, limits, out var header) is { } refusal)
            return new ReassemblyAction.Refuse([chunk], refusal);
        return isSettled(header.Batch) ? new ReassemblyAction.Drop([chunk]) : Add(header, chunk, now);
    }

    /// <summary>Ends taking a chunk.</summary>
    public void EndTake(DateTimeOffset now) => _grace.EndTake(now);

    /// <summary>Changes the number of unsettled chunks. A negative number counts settled ones.</summary>
    public void CountUnsettled(int chunks, DateTimeOffset now)
    {
        _unsettled += chunks;
        _grace.NoteUnsettled(_unsettled, Prefetch, now);
    }

    /// <summary>Records an answer of the broker.</summary>
    /// <param name="asked">The time before the request.</param>
    /// <param name="now">The time.</param>
    public void NoteAnswer(DateTimeOffset asked, DateTimeOffset now) => _grace.NoteAnswer(asked, now);

    /// <summary>
    /// Makes room for further chunks when too many wait. Call it again until it returns <see cref="ReassemblyAction.Hold"/>.
    /// </summary>
    /// <returns>Hold, or chunks to defer: many at once, since each deferral waits for the broker.</returns>
    public ReassemblyAction MakeRoom(DateTimeOffset now)
    {
        // After a change of the prefetch all waiting chunks are delivered again, so nothing needs to be deferred.
        if (!AreMoreThan(1) || _prefetch.Fit(_assembler.Chunks, Memory, now))
            return ReassemblyAction.Hold.Instance;
        var chunks = new List<ChunkDelivery>();
        var nearest = ulong.MaxValue;
        while (AreMoreThan(0.875) && _assembler.TakeFarthest(_rounds.Cursor, now, out var distance) is { Count: > 0 } batch)
        {
            chunks.AddRange(batch);
            Forget(batch);
            nearest = Math.Min(nearest, distance);
        }

        return chunks.Count == 0
            ? ReassemblyAction.Hold.Instance
            : new ReassemblyAction.Defer(_rounds.Defer(chunks.Count, nearest), chunks);
    }

    /// <summary>True when a batch has waited too long and its missing chunks are not delayed.</summary>
    public bool HasExpired(DateTimeOffset now) => !_grace.IsOn(now) && _assembler.HasExpired(now);

    /// <summary>Takes out a batch that has waited too long and whose missing chunks are not in the queue.</summary>
    /// <returns>The refusal of its chunks; hold when there is no such batch.</returns>
    public ReassemblyAction Tick(DateTimeOffset now)
    {
        if (_grace.IsOn(now) || _assembler.TakeExpired(now, onlyPassed: _rounds.AreAnyAway) is not { } expired)
            return ReassemblyAction.Hold.Instance;
        Forget(expired.Tokens);
        return new ReassemblyAction.Refuse(expired.Tokens, expired.Refusal!);
    }

    /// <summary>Takes out every waiting chunk. The broker delivers them again, to this replica or another.</summary>
    /// <param name="nextDeferral">Number of the next deferral.</param>
    /// <returns>The chunks.</returns>
    public IReadOnlyList<ChunkDelivery> Clear(long nextDeferral)
    {
        _rounds = new DeferralRounds(nextDeferral);
        Memory = 0;
        return _assembler.Clear();
    }

    /// <summary>Resets the prefetch to its initial value. Call it when no chunk is left.</summary>
    public void ResetPrefetch() => _prefetch.Reset();

    private void NoteArrival(ChunkDelivery chunk, DateTimeOffset now)
    {
        LastArrival = now;
        if (!_rounds.NoteArrival(chunk.Origin.Deferral))
            return;
        _assembler.NotePass(_rounds.Cursor, _rounds.Nearest);
        _rounds.Next();
    }

    private ReassemblyAction Add(in ChunkHeader header, ChunkDelivery chunk, DateTimeOffset now)
    {
        // The time-out also runs while no replica does. The missing chunks may then still be in their cloud queue.
        if (!_rounds.IsOwn(chunk.Origin.Deferral))
            chunk.TreatAsSeenFrom(now - options.Timeout + options.Grace);
        _prefetch.Learn(header, now);
        Memory += chunk.Memory;
        var assembly = _assembler.Add(header, chunk.Bytes[ChunkHeader.Size..], chunk, chunk.Origin.Seen);
        Forget(assembly.Tokens);
        switch (assembly.State)
        {
            case AssemblyState.Complete:
                _rounds.NoteCompletion();
                return new ReassemblyAction.Publish(assembly);
            case AssemblyState.Refused:
                return new ReassemblyAction.Refuse(assembly.Tokens, assembly.Refusal!);
            case AssemblyState.Duplicate:
                return new ReassemblyAction.Drop(assembly.Tokens);
            default:
                return ReassemblyAction.Hold.Instance;
        }
    }

    private bool AreMoreThan(double part) => _assembler.Chunks > _prefetch.MaxHeld * part || Memory > _share * part;

    private void Forget(IReadOnlyList<ChunkDelivery> chunks)
    {
        foreach (var chunk in chunks)
            Memory -= chunk.Memory;
    }
}

/// <summary>What <see cref="PartitionAssembly"/> does with chunks.</summary>
internal abstract record ReassemblyAction
{
    /// <summary>Do nothing: the chunk waits for others.</summary>
    internal sealed record Hold : ReassemblyAction
    {
        public static Hold Instance { get; } = new();
    }

    /// <summary>A batch is whole: publish it, then acknowledge its chunks.</summary>
    internal sealed record Publish(Assembly<ChunkDelivery> Batch) : ReassemblyAction;

    /// <summary>The chunks cannot become a batch: dead-letter them, then acknowledge them.</summary>
    internal sealed record Refuse(IReadOnlyList<ChunkDelivery> Chunks, Refusal Refusal) : ReassemblyAction;

    /// <summary>The chunks are known already: acknowledge them.</summary>
    internal sealed record Drop(IReadOnlyList<ChunkDelivery> Chunks) : ReassemblyAction;

    /// <summary>There is no memory for the chunks: publish them to the tail of their partition, then acknowledge them.</summary>
    /// <param name="Number">
    /// Number of the deferral. It becomes a header of the chunks, which shows when they have arrived again.
    /// </param>
    /// <param name="Chunks">All waiting chunks of the deferred batches.</param>
    internal sealed record Defer(long Number, IReadOnlyList<ChunkDelivery> Chunks) : ReassemblyAction;
}

/// <summary>Batches that wait for chunks.</summary>
/// <param name="Batches">Number of batches.</param>
/// <param name="Bytes">Bytes of memory that their chunks take.</param>
/// <param name="OldestSeen">When the first chunk of the oldest batch was received; null when there is none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct IncompleteBatches(int Batches, long Bytes, DateTimeOffset? OldestSeen)
{
    /// <summary>How long the oldest batch has waited; zero when there is none.</summary>
    public TimeSpan OldestAge(DateTimeOffset now) => OldestSeen is { } seen && now > seen ? now - seen : TimeSpan.Zero;

    /// <summary>Combines both.</summary>
    public IncompleteBatches And(IncompleteBatches others) => new(
        Batches + others.Batches,
        Bytes + others.Bytes,
        OldestSeen is { } mine && !(others.OldestSeen < mine) ? mine : others.OldestSeen);
}
