using System.Runtime.InteropServices;
using Telemetry.Wire;

namespace Bridge.Core.Reassembly;

/// <summary>
/// The chunks of one partition that wait for others, unacknowledged, within a share of the memory: beyond it some give way. Safe for
/// several threads.
/// </summary>
internal sealed class HeldChunks(AssembleOptions options, TimeProvider clock, Random random)
{
    private readonly Lock _gate = new();
    private readonly BatchAssembler<ChunkDelivery> _assembler = new(options.Timeout);
    private readonly long _share = options.MaxBytes / options.Partitions;
    private readonly PartitionPrefetch _prefetch = new(options.MaxBytes / options.Partitions, clock);
    private long _memory;
    private DateTimeOffset? _lastArrival;
    private DeferralRounds _rounds = NewRounds(random);

    /// <summary>Bytes of memory that the chunks take.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _memory;
        }
    }

    /// <summary>The batches that wait for chunks.</summary>
    public IncompleteBatches Incomplete
    {
        get
        {
            lock (_gate)
                return new IncompleteBatches(_assembler.Batches, _memory, _assembler.OldestSeen);
        }
    }

    /// <summary>When a chunk came last; null before the first.</summary>
    public DateTimeOffset? LastArrival
    {
        get
        {
            lock (_gate)
                return _lastArrival;
        }
    }

    /// <summary>True when no chunk waits for others.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _assembler.Batches == 0;
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

    /// <summary>Rounds of the queue in which no batch has become whole, since the last that did.</summary>
    public int FruitlessRounds
    {
        get
        {
            lock (_gate)
                return _rounds.Fruitless;
        }
    }

    /// <summary>True when the time of a batch has passed.</summary>
    public bool HaveExpired
    {
        get
        {
            lock (_gate)
                return _assembler.HasExpired(clock.GetUtcNow());
        }
    }

    /// <summary>Tells that a chunk has come, whatever becomes of it.</summary>
    public void NoteArrival(ChunkDelivery chunk)
    {
        lock (_gate)
        {
            _lastArrival = clock.GetUtcNow();
            if (!_rounds.NoteArrival(chunk.Origin.Deferral))
                return;
            _assembler.NotePass(_rounds.Cursor, _rounds.Nearest);
            _rounds.Next();
        }
    }

    /// <summary>Takes a chunk.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="chunk">Held until the assembly names it.</param>
    /// <param name="isRefitted">True when <see cref="Prefetch"/> has grown by it.</param>
    public Assembly<ChunkDelivery> Add(in ChunkHeader header, ChunkDelivery chunk, out bool isRefitted)
    {
        var slice = chunk.Bytes[ChunkHeader.Size..];
        lock (_gate)
        {
            // The time-out also runs while no replica does: the chunks that are missing may still lie in their cloud queue.
            if (!_rounds.IsOwn(chunk.Origin.Deferral))
                chunk.TreatAsSeenFrom(clock.GetUtcNow() - options.Timeout + options.Grace);
            isRefitted = _prefetch.Learn(header);
            _memory += chunk.Memory;
            var assembly = _assembler.Add(header, slice, chunk, chunk.Origin.Seen);
            if (assembly.State is AssemblyState.Complete)
                _rounds.NoteCompletion();
            Forget(assembly.Tokens);
            return assembly;
        }
    }

    /// <summary>Adapts <see cref="Prefetch"/> to the chunks' size, if there are too many.</summary>
    /// <returns>True when it has changed.</returns>
    public bool Refit()
    {
        lock (_gate)
            return AreMoreThan(1) && _prefetch.Fit(_assembler.Chunks, _memory);
    }

    /// <summary>Takes out the chunks that give way, if there are too many: a good part at once, since each time waits for the broker.</summary>
    public Deferral? TakeForRoom()
    {
        lock (_gate)
        {
            if (!AreMoreThan(1))
                return null;
            var chunks = new List<ChunkDelivery>();
            var nearest = ulong.MaxValue;
            while (AreMoreThan(0.875) && _assembler.TakeFarthest(_rounds.Cursor, clock.GetUtcNow(), out var distance) is { Count: > 0 } batch)
            {
                chunks.AddRange(batch);
                Forget(batch);
                nearest = Math.Min(nearest, distance);
            }

            return chunks.Count == 0 ? null : new Deferral(_rounds.Defer(chunks.Count, nearest), chunks);
        }
    }

    /// <summary>Takes out a batch whose time has passed and whose missing chunks are not in the queue; null when there is none.</summary>
    public Assembly<ChunkDelivery>? TakeExpired()
    {
        lock (_gate)
        {
            var expired = _assembler.TakeExpired(clock.GetUtcNow(), onlyPassed: _rounds.AreAnyAway);
            Forget(expired?.Tokens ?? []);
            return expired;
        }
    }

    /// <summary>Forgets everything: the broker is to hand the chunks out again, here or elsewhere.</summary>
    /// <returns>What was held.</returns>
    public IReadOnlyList<ChunkDelivery> Clear()
    {
        lock (_gate)
        {
            _rounds = NewRounds(random);
            _memory = 0;
            return _assembler.Clear();
        }
    }

    /// <summary>Forgets how large chunks and batches were, when none is left.</summary>
    public void ResetPrefetch()
    {
        lock (_gate)
            _prefetch.Reset();
    }

    // Far enough apart that no two replicas count alike.
    private static DeferralRounds NewRounds(Random random) => new(random.NextInt64(1L << 62));

    private bool AreMoreThan(double part) => _assembler.Chunks > _prefetch.MaxHeld * part || _memory > _share * part;

    private void Forget(IReadOnlyList<ChunkDelivery> chunks)
    {
        foreach (var chunk in chunks)
            _memory -= chunk.Memory;
    }
}

/// <summary>Batches that wait for chunks.</summary>
/// <param name="Batches">How many.</param>
/// <param name="Bytes">Memory that their chunks take.</param>
/// <param name="OldestSeen">When the first chunk of the oldest was received; null when there is none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct IncompleteBatches(int Batches, long Bytes, DateTimeOffset? OldestSeen)
{
    /// <summary>How long the oldest has waited; zero when there is none.</summary>
    public TimeSpan OldestAge(DateTimeOffset now) => OldestSeen is { } seen && now > seen ? now - seen : TimeSpan.Zero;

    /// <summary>These and others.</summary>
    public IncompleteBatches And(IncompleteBatches others) => new(
        Batches + others.Batches,
        Bytes + others.Bytes,
        OldestSeen is { } mine && !(others.OldestSeen < mine) ? mine : others.OldestSeen);
}
