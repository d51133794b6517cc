using Telemetry.Wire;

namespace Fuzz.Reference;

/// <summary>What must become of each chunk, kept in the simplest way: one list of all chunks held.</summary>
internal sealed class ReferenceAssembler(TimeSpan timeout)
{
    private readonly List<HeldChunk> _held = [];

    internal int Bytes => _held.Sum(chunk => chunk.Slice.Length);

    internal int Chunks => _held.Count;

    internal int Batches => _held.Select(chunk => chunk.Header.Batch).Distinct().Count();

    /// <summary>Takes a chunk.</summary>
    /// <returns>The state that the assembler must answer with, the tokens, and the bytes when complete.</returns>
    internal (AssemblyState State, RefusalReason? Reason, List<int> Tokens, byte[] Sealed) Add(HeldChunk chunk)
    {
        var same = _held.Where(held => held.Header.Batch == chunk.Header.Batch).ToList();
        if (same.Any(held => held.Header with { Index = 0 } != chunk.Header with { Index = 0 }))
            return (AssemblyState.Refused, RefusalReason.Malformed, [chunk.Token], []);
        if (same.Find(held => held.Header.Index == chunk.Header.Index) is { } other)
        {
            if (other.Slice.AsSpan().SequenceEqual(chunk.Slice))
                return (AssemblyState.Duplicate, null, [chunk.Token], []);
            return (AssemblyState.Refused, RefusalReason.Conflict, [.. Release(same), chunk.Token], []);
        }

        _held.Add(chunk);
        same.Add(chunk);
        if (same.Count < chunk.Header.Count)
            return (AssemblyState.Held, null, [], []);
        byte[] whole = [.. same.OrderBy(held => held.Header.Index).SelectMany(held => held.Slice)];
        return (AssemblyState.Complete, null, Release(same), whole);
    }

    /// <summary>Tokens of the batches whose time has passed.</summary>
    internal List<int> Expire(DateTimeOffset now) =>
        [.. _held.ToList().GroupBy(held => held.Header.Batch)
            .Where(batch => now - batch.Min(held => held.Seen) >= timeout)
            .SelectMany(batch => Release([.. batch]))];

    /// <summary>Marks what lies on a part of the ring.</summary>
    internal void NotePass(ulong cursor, ulong length)
    {
        foreach (var held in _held)
            held.HasPassed |= Distance([held], cursor) < length;
    }

    /// <summary>Tokens of the batch farthest behind the cursor; of several with one digest, the one that was taken.</summary>
    internal (ulong Distance, List<int> Tokens) TakeFarthest(ulong cursor, DateTimeOffset now, IReadOnlyList<int> taken)
    {
        if (Batches < 2)
            return (0, []);
        var batches = _held.GroupBy(held => held.Header.Batch).Select(batch => batch.ToList())
            .Where(batch => !batch.Exists(held => held.HasPassed) || now - batch.Min(held => held.Seen) < timeout).ToList();
        if (batches.Count == 0)
            return (0, []);
        var farthest = batches.Max(batch => Distance(batch, cursor));
        var candidates = batches.Where(batch => Distance(batch, cursor) == farthest).ToList();
        return (farthest, Release(candidates.Find(batch => batch.Exists(held => taken.Contains(held.Token))) ?? candidates[0]));
    }

    /// <summary>Tokens of all chunks.</summary>
    internal List<int> Clear() => Release([.. _held]);

    private static ulong Distance(List<HeldChunk> batch, ulong cursor)
    {
        var digest = batch[0].Header.Batch.Digest;
        return digest >= cursor ? digest - cursor : ulong.MaxValue - (cursor - digest) + 1;
    }

    private List<int> Release(List<HeldChunk> chunks)
    {
        _held.RemoveAll(chunks.Contains);
        return [.. chunks.Select(chunk => chunk.Token)];
    }
}

/// <summary>A chunk that waits.</summary>
internal sealed record HeldChunk(ChunkHeader Header, byte[] Slice, int Token, DateTimeOffset Seen)
{
    internal bool HasPassed { get; set; }
}
