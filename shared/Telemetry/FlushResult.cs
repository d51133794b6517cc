namespace Telemetry;

/// <summary>The result of a flush.</summary>
/// <param name="Waiting">Events that were not sent yet; they are kept for the next flush.</param>
/// <param name="Error">The last failure in one line, when events still wait; never a secret.</param>
public readonly record struct FlushResult(long Waiting, string? Error)
{
    /// <summary>True when all buffered events were sent.</summary>
    public bool IsComplete => Waiting == 0;
}
