using System.Buffers.Binary;
using Telemetry.Wire;

namespace Fuzz.Reference;

/// <summary>
/// The rules for one chunk as docs/wire-format.md puts them, written a second time and without regard to speed.
/// </summary>
internal static class ReferenceHeader
{
    internal const int Size = 36;

    /// <summary>Why a chunk is refused, or null.</summary>
    internal static RefusalReason? Check(ReadOnlySpan<byte> chunk, CodecLimits limits)
    {
        if (chunk.Length < Size || chunk[0] != 'T' || chunk[1] != 'Q')
            return RefusalReason.Malformed;
        if (chunk[2] != 1 || chunk[3] > 3)
            return RefusalReason.Unsupported;

        long index = BinaryPrimitives.ReadUInt16BigEndian(chunk[20..22]);
        long count = BinaryPrimitives.ReadUInt16BigEndian(chunk[22..24]);
        long length = BinaryPrimitives.ReadUInt32BigEndian(chunk[24..28]);
        if (count < 1 || index >= count)
            return RefusalReason.Malformed;
        if (count > limits.Chunks || length > limits.SealedBytes)
            return RefusalReason.TooLarge;
        return SliceFits(chunk.Length - Size, index, count, length) ? null : RefusalReason.Malformed;
    }

    // There must be one length for all slices but the last, which has between one byte and that length.
    private static bool SliceFits(long slice, long index, long count, long length)
    {
        if (slice < 1)
            return false;
        if (count == 1)
            return slice == length;
        if (index == count - 1)
            return (length - slice) % (count - 1) == 0 && (length - slice) / (count - 1) >= slice;
        var last = length - (slice * (count - 1));
        return last >= 1 && last <= slice;
    }
}
