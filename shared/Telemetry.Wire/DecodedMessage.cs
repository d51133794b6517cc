namespace Telemetry.Wire;

/// <summary>A decoded queue message: a plain event, a chunk, or a refusal.</summary>
public sealed class DecodedMessage : IDisposable
{
    private readonly PooledBytes? _bytes;

    private DecodedMessage(PooledBytes? bytes, ChunkHeader? header, Refusal? refusal)
    {
        _bytes = bytes;
        Header = header;
        Refusal = refusal;
    }

    /// <summary>Why the message is refused; null when it is not.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The header of a chunk; null for a plain event.</summary>
    public ChunkHeader? Header { get; }

    /// <summary>A plain event as it was sent, or a chunk with its header; empty when refused.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes?.Memory ?? default;

    /// <summary>The slice of a chunk.</summary>
    public ReadOnlyMemory<byte> Slice => Bytes[ChunkHeader.Size..];

    /// <summary>Returns the memory.</summary>
    public void Dispose() => _bytes?.Dispose();

    internal static DecodedMessage Plain(PooledBytes bytes) => new(bytes, null, null);

    internal static DecodedMessage Chunk(ChunkHeader header, PooledBytes bytes) => new(bytes, header, null);

    internal static DecodedMessage Refused(Refusal refusal) => new(null, null, refusal);
}
