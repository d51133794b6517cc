namespace Orders.Model;

/// <summary>What a function sees of its timer, whichever cloud runs it.</summary>
/// <param name="IsLate">The timer should have fired before; false where the cloud does not tell.</param>
/// <param name="TraceParent">The trace that the platform began; null where it began none.</param>
public sealed record TimerTick(bool IsLate = false, string? TraceParent = null);
