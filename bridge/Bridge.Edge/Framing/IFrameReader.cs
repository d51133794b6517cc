namespace Bridge.Edge.Framing;

/// <summary>Finds the messages of one stream, however its bytes are split. For one connection.</summary>
internal interface IFrameReader : IDisposable
{
    /// <summary>True when the stream cannot be what it should be: the connection ends.</summary>
    bool IsLost { get; }

    /// <summary>Takes bytes until a message ends.</summary>
    /// <param name="input">What arrived; afterwards what is left of it, nothing when the call returns false.</param>
    /// <param name="frame">The message.</param>
    bool TryRead(ref ReadOnlyMemory<byte> input, out Frame frame);

    /// <summary>The message that the end of the stream ends; call once, behind the last byte.</summary>
    bool TryEnd(out Frame frame);
}
