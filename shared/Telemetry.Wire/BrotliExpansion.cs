using System.Buffers;
using static System.FormattableString;

namespace Telemetry.Wire;

/// <summary>Decompresses a batch with bounded memory, whatever its stream holds.</summary>
internal static class BrotliExpansion
{
    private const int Piece = 64 * 1024;

    /// <summary>Decompresses.</summary>
    /// <returns>Null, or why the stream is refused.</returns>
    internal static Refusal? Expand(in ReadOnlySequence<byte> source, PooledBytes destination, int most)
    {
        Span<byte> beyond = stackalloc byte[1];
        var stream = new BrotliSlices(source);
        try
        {
            while (true)
            {
                // At the limit, one more byte is read to learn whether the stream holds more.
                var left = most - destination.Length;
                var room = left == 0 ? beyond : destination.Reserve(1, most);
                var status = stream.Read(room[..Math.Min(room.Length, Math.Max(left, 1))], out var written);
                if (left == 0 && written > 0)
                    return TooLarge(most);
                destination.Advance(written);
                if (status is not OperationStatus.DestinationTooSmall)
                    return ReasonOf(status, stream.Left);
            }
        }
        finally
        {
            stream.Dispose();
        }
    }

    /// <summary>Decompresses to learn the size; keeps nothing.</summary>
    /// <param name="source">The stream.</param>
    /// <param name="most">Bytes that it may open to.</param>
    /// <param name="events">Events that it may hold.</param>
    /// <param name="length">The bytes that it opens to, when the result is null.</param>
    /// <returns>Null, or why the stream is refused.</returns>
    internal static Refusal? Measure(in ReadOnlySequence<byte> source, int most, int events, out int length)
    {
        length = 0;
        var counted = 0;
        var piece = ArrayPool<byte>.Shared.Rent(Piece);
        var stream = new BrotliSlices(source);
        try
        {
            while (true)
            {
                var status = stream.Read(piece, out var written);
                if (written > most - length)
                    return TooLarge(most);
                length += written;
                counted += piece.AsSpan(0, written).Count((byte)'\n');
                if (counted > events)
                    return TooManyEvents(events);
                if (status is not OperationStatus.DestinationTooSmall)
                    return ReasonOf(status, stream.Left);
            }
        }
        finally
        {
            stream.Dispose();
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    internal static Refusal TooLarge(int most) => Refusal.TooLarge(Invariant($"the batch opens to over {most} bytes"));

    internal static Refusal TooManyEvents(int most) => Refusal.TooLarge(Invariant($"a batch of over {most} events"));

    private static Refusal? ReasonOf(OperationStatus status, long left) => status switch
    {
        OperationStatus.Done when left == 0 => null,
        OperationStatus.Done => Refusal.Malformed(Invariant($"{left} bytes behind the end of the Brotli stream")),
        _ => Refusal.Malformed("the Brotli stream is broken"),
    };
}
