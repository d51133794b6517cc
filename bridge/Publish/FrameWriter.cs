namespace Bridge.Publish;

/// <summary>
/// Writes messages to a confirm channel as frames, in order and many with one write, beside the client library, which keeps everything else.
/// For one caller at a time; of no use any more once a call has failed.
/// </summary>
/// <param name="turns">The connection's: every write is of whole frames, there and here.</param>
/// <param name="channel">Number of the confirm channel; nobody else publishes on it.</param>
/// <param name="frameBytes">The connection's largest frame; 0 when unbounded.</param>
/// <param name="givenUp">
/// From then on nothing is sent any more: a body may not be its message's now, and the rest of a message that was begun never leaves.
/// </param>
internal sealed class FrameWriter(WriteTurns turns, ushort channel, uint frameBytes, Task givenUp)
{
    private const int Capacity = 128 * 1024;

    private readonly MessageFrames _message = new(channel);
    private readonly byte[] _frames = new byte[Capacity];
    private int _count;

    /// <summary>Bytes of a frame at most, and so of a message's headers.</summary>
    public uint FrameBytes { get; } = frameBytes == 0 ? Capacity : Math.Min(frameBytes, Capacity);

    private int LargestPiece => (int)FrameBytes - MessageFrames.Framing;

    private int Free => Capacity - _count;

    /// <summary>
    /// Takes a message. It leaves with those before and behind it, at the latest with the next <see cref="FlushAsync"/>; its body is
    /// not read any more when the call has completed.
    /// </summary>
    public ValueTask WriteAsync(in OutgoingMessage message)
    {
        var isWhole = message.Body.Length <= LargestPiece && _message.MostBytesOf(message) <= Free;
        return isWhole ? Write(message) : WriteInPiecesAsync(message);
    }

    /// <summary>Sends what has been taken.</summary>
    public ValueTask FlushAsync() => _count == 0 ? ValueTask.CompletedTask : SendAsync();

    private ValueTask Write(in OutgoingMessage message)
    {
        _count += _message.WriteHead(message, _frames.AsSpan(_count));
        if (!message.Body.IsEmpty)
            _count += _message.WriteBody(message.Body.Span, _frames.AsSpan(_count));
        return ValueTask.CompletedTask;
    }

    // A body goes through this writer's own memory too: what the socket still holds when the session is given up is never the caller's.
    private async ValueTask WriteInPiecesAsync(OutgoingMessage message)
    {
        if (_message.MostHeadBytesOf(message) > Free)
            await FlushAsync();
        _count += _message.WriteHead(message, _frames.AsSpan(_count));
        for (var rest = message.Body; !rest.IsEmpty;)
        {
            var piece = Math.Min(rest.Length, LargestPiece);
            if (piece + MessageFrames.Framing > Free)
                await FlushAsync();
            _count += _message.WriteBody(rest.Span[..piece], _frames.AsSpan(_count));
            rest = rest[piece..];
        }
    }

    private async ValueTask SendAsync()
    {
        if (givenUp.IsCompleted)
            throw new IOException("the session was given up");
        await turns.WriteAsync(_frames.AsMemory(0, _count));
        _count = 0;
    }
}
