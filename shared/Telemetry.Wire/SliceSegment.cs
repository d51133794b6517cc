using System.Buffers;

namespace Telemetry.Wire;

/// <summary>The slices of a batch, one behind the other without a copy.</summary>
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
