namespace Orders.Model;

/// <summary>One firing of a timer, independent of the cloud.</summary>
/// <param name="IsLate">True when the timer fired late; false if the cloud does not tell.</param>
/// <param name="TraceParent">The trace that the platform began; null if it began none.</param>
public sealed record TimerTick(bool IsLate = false, string? TraceParent = null);
