using System.Buffers;
using System.IO.Compression;

namespace Telemetry.Wire;

/// <summary>
/// Compresses events until the result fills a given number of bytes. The encoder is flushed after every piece, so the length is
/// known, and a piece that does not fit is removed again. A stream that ends at a flush becomes complete when an empty last block
/// follows.
/// </summary>
internal sealed class BrotliBatch(int room) : IDisposable
{
    // Quality 4 with a 256 KiB window: nearly the ratio of the higher qualities on telemetry, at twice their speed
    // (docs/performance.md).
    private const int Quality = 4;
    private const int WindowBits = 18;
    private const byte EmptyLastBlock = 0x03;

    // Each piece is made smaller than the room that is left, since it may compress less well than earlier pieces.
    private const double Aim = 0.94;

    private PooledBytes _output = new(room);

    /// <summary>Bytes of the events taken so far.</summary>
    internal int Consumed { get; private set; }

    /// <summary>Bytes of the compressed stream.</summary>
    internal int Length => _output.Length;

    public void Dispose() => _output.Dispose();

    /// <summary>Transfers the stream to the caller, who disposes it.</summary>
    internal PooledBytes Detach()
    {
        var output = _output;
        _output = new PooledBytes(0);
        return output;
    }

    /// <summary>Compresses as many whole lines as fit, or the first line alone if even that does not fit.</summary>
    /// <returns>False when the first piece, sized by <paramref name="ratio"/>, did not fit.</returns>
    internal bool Fill(ReadOnlySpan<byte> lines, double ratio)
    {
        _output.Truncate(0);
        var firstLine = lines.IndexOf((byte)'\n') + 1;
        lines = lines[..Math.Min(lines.Length, Math.Max(BatchPacker.LargestBatch, firstLine))];
        var encoder = new BrotliEncoder(Quality, WindowBits);
        try
        {
            FillPieces(ref encoder, lines, firstLine, ratio);
        }
        finally
        {
            encoder.Dispose();
        }

        if (Consumed == 0)
            return false;
        _output.Reserve(1)[0] = EmptyLastBlock;
        _output.Advance(1);
        return true;
    }

    private void FillPieces(ref BrotliEncoder encoder, ReadOnlySpan<byte> lines, int firstLine, double ratio)
    {
        while (Consumed < lines.Length)
        {
            var left = room - 1 - _output.Length;
            var piece = PieceOf(lines[Consumed..], (int)Math.Clamp(left * ratio * Aim, 0, lines.Length - Consumed));
            if (piece == 0 || (Consumed > 0 && left < room / 64))
                return;
            var mark = _output.Length;
            Write(ref encoder, lines.Slice(Consumed, piece));
            var over = _output.Length > room - 1;
            if (over && !(Consumed == 0 && piece == firstLine && firstLine > room))
            {
                _output.Truncate(mark);
                return;
            }

            Consumed += piece;
            if (over)
                return;
            ratio = (double)Consumed / _output.Length;
        }
    }

    private int PieceOf(ReadOnlySpan<byte> lines, int target)
    {
        var piece = lines[..target].LastIndexOf((byte)'\n') + 1;
        return piece == 0 && Consumed == 0 ? lines.IndexOf((byte)'\n') + 1 : piece;
    }

    private void Write(ref BrotliEncoder encoder, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            encoder.Compress(source, _output.Reserve(4_096), out var read, out var written, isFinalBlock: false);
            _output.Advance(written);
            source = source[read..];
        }

        OperationStatus status;
        do
        {
            status = encoder.Flush(_output.Reserve(4_096), out var written);
            _output.Advance(written);
        }
        while (status == OperationStatus.DestinationTooSmall);
    }
}
