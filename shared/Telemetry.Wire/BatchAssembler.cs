using static System.FormattableString;

namespace Telemetry.Wire;

/// <summary>
/// Collects the chunks of many batches until each batch is complete. It does no I/O and has no clock. Every token that is added
/// comes back exactly once: with its complete batch, with a refusal or as a duplicate. Not safe for use by several threads at
/// once.
/// </summary>
/// <typeparam name="TToken">What settles a chunk's message.</typeparam>
/// <param name="timeout">How long a batch may stay incomplete, counted from the time at which its first chunk was seen.</param>
public sealed class BatchAssembler<TToken>(TimeSpan timeout)
{
    private readonly Dictionary<BatchId, PartialBatch<TToken>> _batches = [];

    /// <summary>Batches that wait for chunks.</summary>
    public int Batches => _batches.Count;

    /// <summary>Bytes of slices held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Chunks held.</summary>
    public int Chunks { get; private set; }

    /// <summary>
    /// The earliest time at which a kept chunk was seen; null without one. The cost grows with the number of batches.
    /// </summary>
    public DateTimeOffset? OldestSeen => _batches.Count == 0 ? null : _batches.Values.Min(partial => partial.FirstSeen);

    /// <summary>Adds a chunk. The caller keeps its bytes unchanged until the token comes back.</summary>
    /// <param name="header">Read and checked by <see cref="ChunkHeader.Read"/>.</param>
    /// <param name="slice">The bytes behind the header.</param>
    /// <param name="token">Comes back when the chunk is settled.</param>
    /// <param name="seen">When the chunk was first received.</param>
    public Assembly<TToken> Add(in ChunkHeader header, ReadOnlyMemory<byte> slice, TToken token, DateTimeOffset seen)
    {
        if (!_batches.TryGetValue(header.Batch, out var partial))
            _batches.Add(header.Batch, partial = new PartialBatch<TToken>(header));

        if (!partial.Matches(header))
        {
            return Assembly<TToken>.Refused(
                Refusal.Malformed(
                    $"chunk {header.Index} says {header.Count} chunks and {header.Length} bytes, others of its batch do not"),
                [token]);
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
    /// Notes that all available chunks of some batches have been added: those batches whose digests lie in a part of the ring of
    /// all digests. A batch of them that is incomplete now waits for chunks that have yet to be sent.
    /// </summary>
    /// <param name="cursor">The first digest of the part.</param>
    /// <param name="length">The number of digests in the part, counted upwards.</param>
    public void NotePass(ulong cursor, ulong length)
    {
        foreach (var partial in _batches.Values)
            partial.HasAllAvailable |= partial.DistanceFrom(cursor) < length;
    }

    /// <summary>Removes a batch whose time-out has passed. The caller dead-letters its chunks with the refusal.</summary>
    /// <param name="now">The time.</param>
    /// <param name="onlyPassed">Removes only a batch that <see cref="NotePass"/> has noted: chunks of others may have been
    /// removed for a time.</param>
    /// <returns>Null when there is none.</returns>
    public Assembly<TToken>? TakeExpired(DateTimeOffset now, bool onlyPassed = false)
    {
        var expired = _batches.Values.FirstOrDefault(
            partial => IsExpired(partial, now) && (partial.HasAllAvailable || !onlyPassed));
        if (expired is null)
            return null;
        var refusal = new Refusal(
            RefusalReason.Incomplete, Invariant($"have {expired.Have} of {expired.Header.Count} after {timeout}"));
        return Assembly<TToken>.Refused(refusal, Remove(expired));
    }

    /// <summary>
    /// Removes the batch whose digest is the last one when digests are counted upwards from a cursor, unless it is the only
    /// batch. The caller adds its chunks again later. A batch that <see cref="TakeExpired"/> would remove stays.
    /// </summary>
    /// <param name="cursor">The digest to count from.</param>
    /// <param name="now">The time.</param>
    /// <param name="distance">The distance of the batch's digest from the cursor.</param>
    /// <returns>Empty when there is none, or no other.</returns>
    public IReadOnlyList<TToken> TakeFarthest(ulong cursor, DateTimeOffset now, out ulong distance)
    {
        distance = 0;
        if (_batches.Count < 2)
            return [];
        var farthest = _batches.Values
            .Where(partial => !(partial.HasAllAvailable && IsExpired(partial, now)))
            .MaxBy(partial => partial.DistanceFrom(cursor));
        if (farthest is null)
            return [];
        distance = farthest.DistanceFrom(cursor);
        return Remove(farthest);
    }

    /// <summary>Removes everything and gives all tokens back, so that their owner can add the chunks again.</summary>
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
