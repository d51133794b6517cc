namespace Telemetry;

/// <summary>What a flush reached within its time.</summary>
/// <param name="Waiting">Events that still wait; they are kept for the next flush.</param>
/// <param name="Error">The last failure in one line, when events still wait; never a secret.</param>
public readonly record struct FlushResult(long Waiting, string? Error)
{
    /// <summary>True when all that was buffered has left.</summary>
    public bool IsComplete => Waiting == 0;
}
