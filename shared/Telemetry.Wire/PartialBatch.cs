using System.Buffers;

namespace Telemetry.Wire;

internal enum SliceComparison
{
    Missing,
    Same,
    Different,
}

/// <summary>The chunks of one batch that have come so far. Takes memory only for what has come, whatever the header claims.</summary>
internal sealed class PartialBatch<TToken>(ChunkHeader header)
{
    private readonly SortedList<int, ReadOnlyMemory<byte>> _slices = [];
    private readonly List<TToken> _tokens = [];

    internal ChunkHeader Header { get; } = header;

    internal DateTimeOffset FirstSeen { get; private set; } = DateTimeOffset.MaxValue;

    internal int Bytes { get; private set; }

    internal int Have => _slices.Count;

    internal bool IsWhole => Have == Header.Count;

    internal bool HasAllThereWas { get; set; }

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
