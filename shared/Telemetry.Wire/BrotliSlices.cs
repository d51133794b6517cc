using System.Buffers;
using System.IO.Compression;

namespace Telemetry.Wire;

/// <summary>Decompresses a Brotli stream that lies in several slices.</summary>
internal ref struct BrotliSlices
{
    private ReadOnlySequence<byte>.Enumerator _slices;
    private ReadOnlySpan<byte> _slice;
    private BrotliDecoder _decoder;

    internal BrotliSlices(in ReadOnlySequence<byte> source)
    {
        _slices = source.GetEnumerator();
        Left = source.Length;
    }

    /// <summary>Bytes that have not been read.</summary>
    internal long Left { get; private set; }

    /// <summary>Decompresses into a destination until it is full or the stream ends.</summary>
    /// <returns><see cref="OperationStatus.DestinationTooSmall"/> when there may be more.</returns>
    internal OperationStatus Read(scoped Span<byte> destination, out int written)
    {
        written = 0;
        while (true)
        {
            var status = _decoder.Decompress(_slice, destination[written..], out var read, out var more);
            _slice = _slice[read..];
            Left -= read;
            written += more;
            if (status is not OperationStatus.NeedMoreData || !_slices.MoveNext())
                return status;
            _slice = _slices.Current.Span;
        }
    }

    internal void Dispose() => _decoder.Dispose();
}
