namespace Bridge.Core.Processing.Encryption;

/// <summary>What became of an encrypted event.</summary>
/// <param name="Buffer">Holds the opened event; null when it was refused.</param>
/// <param name="Length">Bytes of the opened event, from the buffer's first.</param>
/// <param name="Problem">Of a refused event: why, in one line without any of its content.</param>
internal readonly record struct OpenedEvent(byte[]? Buffer, int Length, string? Problem)
{
    /// <summary>The opened event.</summary>
    public ReadOnlySpan<byte> Json => Buffer.AsSpan(0, Length);
}
