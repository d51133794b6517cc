namespace Bridge.Edge.Framing;

/// <summary>One message of a stream.</summary>
/// <param name="Bytes">Its beginning, up to the limit; valid until the reader is called again.</param>
/// <param name="FullLength">Bytes that it has; more than <see cref="Bytes"/> when the rest was skipped.</param>
internal readonly record struct Frame(ReadOnlyMemory<byte> Bytes, long FullLength)
{
    /// <summary>True for bytes between frames, where a wrong count left the reader: they are a text.</summary>
    public bool IsOutOfStep { get; init; }
}
