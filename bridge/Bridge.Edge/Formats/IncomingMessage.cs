namespace Bridge.Edge.Formats;

/// <summary>One message as it arrived.</summary>
/// <param name="bytes">Its bytes, up to the limit.</param>
/// <param name="fullLength">Bytes that it had.</param>
/// <param name="peer">Who sent it.</param>
/// <param name="receivedAt">When.</param>
internal readonly ref struct IncomingMessage(ReadOnlySpan<byte> bytes, long fullLength, Peer peer, DateTimeOffset receivedAt)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public long FullLength { get; } = fullLength;

    public Peer Peer { get; } = peer;

    public DateTimeOffset ReceivedAt { get; } = receivedAt;

    /// <summary>True when its end was skipped.</summary>
    public bool IsCut => FullLength > Bytes.Length;
}
