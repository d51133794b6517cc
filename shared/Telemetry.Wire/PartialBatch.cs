using System.Buffers;

namespace Telemetry.Wire;

internal enum SliceComparison
{
    Missing,
    Same,
    Different,
}

/// <summary>
/// The chunks of one batch that have come so far. Memory grows with these alone and not with the count that a header claims.
/// </summary>
internal sealed class PartialBatch<TToken>(ChunkHeader header)
{
    private readonly SortedList<int, ReadOnlyMemory<byte>> _slices = [];
    private readonly List<TToken> _tokens = [];

    internal ChunkHeader Header { get; } = header;

    internal DateTimeOffset FirstSeen { get; private set; } = DateTimeOffset.MaxValue;

    internal int Bytes { get; private set; }

    internal int Have => _slices.Count;

    internal bool IsWhole => Have == Header.Count;

    internal bool HasAllAvailable { get; set; }

    internal IReadOnlyList<TToken> Tokens => _tokens;

    internal ulong DistanceFrom(ulong cursor) => unchecked(Header.Batch.Digest - cursor);

    internal bool Matches(in ChunkHeader other) => Header with { Index = other.Index } == other;

    internal SliceComparison Compare(int index, ReadOnlySpan<byte> slice)
    {
        if (!_slices.TryGetValue(index, out var held))
            return SliceComparison.Missing;
        return held.Span.SequenceEqual(slice) ? SliceComparison.Same : SliceComparison.Different;
    }

    internal void Add(int index, ReadOnlyMemory<byte> slice, TToken token, DateTimeOffset seen)
    {
        _slices.Add(index, slice);
        _tokens.Add(token);
        Bytes += slice.Length;
        FirstSeen = seen < FirstSeen ? seen : FirstSeen;
    }

    internal ReadOnlySequence<byte> Concatenate() => SliceSegment.Sequence(_slices.Values);
}

/// <summary>Joins the slices of a batch into one sequence without a copy.</summary>
internal sealed class SliceSegment : ReadOnlySequenceSegment<byte>
{
    private SliceSegment(ReadOnlyMemory<byte> slice, long runningIndex) => (Memory, RunningIndex) = (slice, runningIndex);

    internal static ReadOnlySequence<byte> Sequence(IEnumerable<ReadOnlyMemory<byte>> slices)
    {
        SliceSegment? first = null;
        SliceSegment? last = null;
        foreach (var slice in slices)
        {
            var next = new SliceSegment(slice, last is null ? 0 : last.RunningIndex + last.Memory.Length);
            first ??= next;
            if (last is not null)
                last.Next = next;
            last = next;
        }

        return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }
}
