using Telemetry.Wire;

namespace Bridge.Deliver;

/// <summary>An event of a batch that is not published.</summary>
/// <param name="Range">Its bytes in the batch.</param>
/// <param name="Ordinal">Its position among the batch's events, from 0.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">One line; never any of its content.</param>
internal readonly record struct RefusedEvent(Range Range, int Ordinal, RefusalReason Reason, string Detail);
