using System.Buffers.Text;

namespace Telemetry.Wire;

/// <summary>Events after packing, compression and encryption, ready to be sent as one message or several.</summary>
public sealed class SealedBatch : IDisposable
{
    private readonly PooledBytes _bytes;
    private readonly ChunkHeader _first;
    private readonly int _sliceBytes;

    internal SealedBatch(PooledBytes bytes, ChunkHeader first, int sliceBytes, int events)
    {
        _bytes = bytes;
        _first = first;
        _sliceBytes = sliceBytes;
        Events = events;
    }

    /// <summary>The batch's identity.</summary>
    public BatchId Id => _first.Batch;

    /// <summary>How it was sealed.</summary>
    public BatchFlags Flags => _first.Flags;

    /// <summary>Events in it.</summary>
    public int Events { get; }

    /// <summary>Messages that carry it.</summary>
    public int MessageCount => _first.Count;

    /// <summary>Bytes of the sealed batch, before Base64 and without headers.</summary>
    public int Length => _bytes.Length;

    /// <summary>Bytes of the text of message <paramref name="index"/>.</summary>
    public int MessageLength(int index) => Base64.GetMaxEncodedToUtf8Length(ChunkHeader.Size + Slice(index).Length);

    /// <summary>Writes the text of message <paramref name="index"/>.</summary>
    /// <returns>Bytes written: <see cref="MessageLength"/>.</returns>
    public int WriteMessage(int index, Span<byte> destination)
    {
        Span<byte> header = stackalloc byte[ChunkHeader.Size];
        (_first with { Index = checked((ushort)index) }).WriteTo(header);
        // 36 bytes are whole quanta of Base64, so header and slice are encoded each on its own.
        Base64.EncodeToUtf8(header, destination, out _, out var head);
        Base64.EncodeToUtf8(Slice(index), destination[head..], out _, out var tail);
        return head + tail;
    }

    /// <summary>Header and sealed bytes of a batch that is one chunk, without Base64.</summary>
    internal byte[] ToChunk()
    {
        var chunk = new byte[ChunkHeader.Size + Slice(0).Length];
        _first.WriteTo(chunk);
        Slice(0).CopyTo(chunk.AsSpan(ChunkHeader.Size));
        return chunk;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _bytes.Dispose();

    /// <summary>
    /// The same batch in messages of another size. The new batch owns the memory, so do not use or dispose this one after the
    /// call.
    /// </summary>
    internal SealedBatch Split(ushort count, int sliceBytes)
    {
        Span<byte> prefix = stackalloc byte[ChunkHeader.PrefixSize];
        ChunkHeader.WritePrefix(prefix, Flags, Id.Sender, Id.Sequence);
        var id = Id with { Digest = BatchDigest.Compute(prefix, count, _bytes.Span) };
        return new SealedBatch(_bytes, _first with { Batch = id, Count = count }, sliceBytes, Events);
    }

    private ReadOnlySpan<byte> Slice(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, MessageCount);
        var start = index * _sliceBytes;
        return _bytes.Span.Slice(start, Math.Min(_sliceBytes, _bytes.Length - start));
    }
}
