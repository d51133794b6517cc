using static System.FormattableString;

namespace Telemetry.Wire;

/// <summary>
/// Collects the chunks of many batches until each is whole. Pure: no I/O and no clock; every token that goes in comes
/// out exactly once, with the batch, the refusal or the duplicate that it belongs to. Not safe for several threads at once.
/// </summary>
/// <typeparam name="TToken">What settles a chunk's message.</typeparam>
/// <param name="timeout">How long a batch may stay incomplete, from when its first chunk was seen.</param>
public sealed class BatchAssembler<TToken>(TimeSpan timeout)
{
    private readonly Dictionary<BatchId, PartialBatch<TToken>> _batches = [];

    /// <summary>Batches that wait for chunks.</summary>
    public int Batches => _batches.Count;

    /// <summary>Bytes of slices held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Chunks held.</summary>
    public int Chunks { get; private set; }

    /// <summary>When the first chunk of the batch that has waited longest was seen; null when none waits. It looks at all of them.</summary>
    public DateTimeOffset? OldestSeen => _batches.Count == 0 ? null : _batches.Values.Min(partial => partial.FirstSeen);

    /// <summary>Takes a chunk. Its bytes stay the caller's and unchanged until the token comes back.</summary>
    /// <param name="header">Read and checked by <see cref="ChunkHeader.Read"/>.</param>
    /// <param name="slice">The bytes behind the header.</param>
    /// <param name="token">Comes back with what becomes of the chunk.</param>
    /// <param name="seen">When the chunk was first received.</param>
    public Assembly<TToken> Add(in ChunkHeader header, ReadOnlyMemory<byte> slice, TToken token, DateTimeOffset seen)
    {
        if (!_batches.TryGetValue(header.Batch, out var partial))
            _batches.Add(header.Batch, partial = new PartialBatch<TToken>(header));

        if (!partial.Matches(header))
        {
            return Assembly<TToken>.Refused(
                Refusal.Malformed($"chunk {header.Index} says {header.Count} chunks and {header.Length} bytes, others of its batch do not"), [token]);
        }

        switch (partial.Compare(header.Index, slice.Span))
        {
            case SliceComparison.Same:
                return Assembly<TToken>.Duplicate(token);
            case SliceComparison.Different:
                return Refuse(partial, header.Index, token);
            default:
                partial.Add(header.Index, slice, token, seen);
                Bytes += slice.Length;
                Chunks++;
                return partial.IsWhole ? Complete(partial) : Assembly<TToken>.Held;
        }
    }

    /// <summary>True when a batch's time has passed.</summary>
    public bool HasExpired(DateTimeOffset now) => _batches.Values.Any(partial => IsExpired(partial, now));

    /// <summary>
    /// Tells that every chunk that there was has been handed in, of the batches on a part of the ring of digests: those held lack what has
    /// yet to be sent.
    /// </summary>
    /// <param name="cursor">Where the part begins.</param>
    /// <param name="length">How far it goes, upwards.</param>
    public void NotePass(ulong cursor, ulong length)
    {
        foreach (var partial in _batches.Values)
            partial.HasAllThereWas |= partial.DistanceFrom(cursor) < length;
    }

    /// <summary>Takes out a batch whose time has passed; its chunks are to be kept with the refusal.</summary>
    /// <param name="now">The time.</param>
    /// <param name="onlyPassed">Only one of which <see cref="NotePass"/> was told: others may have chunks that were taken out for a while.</param>
    /// <returns>Null when there is none.</returns>
    public Assembly<TToken>? TakeExpired(DateTimeOffset now, bool onlyPassed = false)
    {
        var expired = _batches.Values.FirstOrDefault(partial => IsExpired(partial, now) && (partial.HasAllThereWas || !onlyPassed));
        if (expired is null)
            return null;
        var refusal = new Refusal(
            RefusalReason.Incomplete, Invariant($"have {expired.Have} of {expired.Header.Count} after {timeout}"));
        return Assembly<TToken>.Refused(refusal, Remove(expired));
    }

    /// <summary>
    /// Takes out the batch that is last on the ring of digests when one begins at a cursor and counts upwards, unless it is the only one;
    /// its chunks are to be handed in again later. What <see cref="TakeExpired"/> gives in any case stays for that.
    /// </summary>
    /// <param name="cursor">Where on the ring to begin.</param>
    /// <param name="now">The time.</param>
    /// <param name="distance">How far behind the cursor the batch lies.</param>
    /// <returns>Empty when there is none, or no other.</returns>
    public IReadOnlyList<TToken> TakeFarthest(ulong cursor, DateTimeOffset now, out ulong distance)
    {
        distance = 0;
        if (_batches.Count < 2)
            return [];
        var farthest = _batches.Values.Where(partial => !(partial.HasAllThereWas && IsExpired(partial, now))).MaxBy(partial => partial.DistanceFrom(cursor));
        if (farthest is null)
            return [];
        distance = farthest.DistanceFrom(cursor);
        return Remove(farthest);
    }

    /// <summary>Forgets everything and gives all tokens back: whoever holds the messages hands the chunks in again.</summary>
    public IReadOnlyList<TToken> Clear()
    {
        var tokens = _batches.Values.SelectMany(partial => partial.Tokens).ToArray();
        _batches.Clear();
        Bytes = 0;
        Chunks = 0;
        return tokens;
    }

    private bool IsExpired(PartialBatch<TToken> partial, DateTimeOffset now) => now - partial.FirstSeen >= timeout;

    private Assembly<TToken> Refuse(PartialBatch<TToken> partial, int index, TToken token)
    {
        var refusal = new Refusal(
            RefusalReason.Conflict, Invariant($"two chunks with index {index} of {partial.Header.Count} and different bytes"));
        return Assembly<TToken>.Refused(refusal, [.. Remove(partial), token]);
    }

    private Assembly<TToken> Complete(PartialBatch<TToken> partial)
    {
        var bytes = partial.Concatenate();
        return Assembly<TToken>.Complete(partial.Header, bytes, Remove(partial));
    }

    private TToken[] Remove(PartialBatch<TToken> partial)
    {
        _batches.Remove(partial.Header.Batch);
        Bytes -= partial.Bytes;
        Chunks -= partial.Have;
        return [.. partial.Tokens];
    }
}
