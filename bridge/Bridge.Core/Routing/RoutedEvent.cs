using Telemetry.Wire;

namespace Bridge.Core.Routing;

/// <summary>An event of a batch and where it goes.</summary>
/// <param name="Range">Its bytes in the batch.</param>
/// <param name="Ordinal">Its position among the batch's events, from 0: the last part of its <c>message_id</c>.</param>
/// <param name="RoutingKey">Made by <see cref="RoutingKeyTemplate"/>.</param>
/// <param name="TraceParent">Its <c>traceparent</c> member, or null.</param>
internal readonly record struct RoutedEvent(Range Range, int Ordinal, string RoutingKey, string? TraceParent);

/// <summary>An event of a batch that is not published.</summary>
/// <param name="Range">Its bytes in the batch.</param>
/// <param name="Ordinal">Its position among the batch's events, from 0.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">One line; never any of its content.</param>
internal readonly record struct RefusedEvent(Range Range, int Ordinal, RefusalReason Reason, string Detail);
