namespace Bridge.Publish;

/// <summary>Writes messages to a confirm channel, in order. For one caller at a time; of no use any more once a call has failed.</summary>
internal interface IMessageWriter
{
    /// <summary>Bytes of a frame at most, and so of a message's headers; 0 when unbounded.</summary>
    uint FrameBytes { get; }

    /// <summary>
    /// Takes a message. It leaves with those before and behind it, at the latest with the next <see cref="FlushAsync"/>; its body is
    /// not read any more when the call has completed.
    /// </summary>
    ValueTask WriteAsync(in OutgoingMessage message);

    /// <summary>Sends what has been taken.</summary>
    ValueTask FlushAsync();
}
