namespace Bridge.Edge.Spool;

/// <summary>How much a spool holds, and how much more it may take.</summary>
/// <param name="Used">Bytes of the pages in use.</param>
/// <param name="Room">Bytes that can be added within the limits.</param>
/// <param name="IsShortOfDisk">True when the disk's free bytes are the narrower limit.</param>
internal sealed record SpoolSpace(long Used, long Room, bool IsShortOfDisk)
{
    // A full spool opens again when a twentieth of it is free; else it would close and open with every batch.
    private const int ReopensAt = 20;
    private const int ClosesAt = 100;

    /// <summary>True when there is no room, or not enough again after there was none.</summary>
    /// <param name="wasFull">The answer before.</param>
    public bool IsFull(bool wasFull) => Room < (Used + Room) / (wasFull ? ReopensAt : ClosesAt) || Room == 0;

    /// <summary>True when batches of this size can be added.</summary>
    /// <param name="bytes">Their bytes. They are written twice: into the log, and from there into the database.</param>
    public bool Fits(long bytes) => bytes + Math.Max(0, bytes - SpoolLimits.TransactionBytes) <= Room;
}
