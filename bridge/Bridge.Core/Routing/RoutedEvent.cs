using Telemetry.Wire;

namespace Bridge.Core.Routing;

/// <summary>An event of a batch and where it goes.</summary>
/// <param name="Range">Its bytes in the batch, or in <see cref="Opened"/>.</param>
/// <param name="Ordinal">Its position among the batch's events, from 0: the last part of its <c>message_id</c>.</param>
/// <param name="RoutingKey">Made by <see cref="RoutingKeyTemplate"/>.</param>
/// <param name="TraceParent">Its <c>traceparent</c> member, or null.</param>
internal readonly record struct RoutedEvent(Range Range, int Ordinal, string RoutingKey, string? TraceParent)
{
    /// <summary>Of an event that was encrypted: a buffer with the opened event.</summary>
    public byte[]? Opened { get; init; }

    /// <summary>The exchange that a rule sends it to; null for the bridge's exchange.</summary>
    public string? Exchange { get; init; }

    /// <summary>What is published of it.</summary>
    /// <param name="lines">The batch.</param>
    public ReadOnlyMemory<byte> BodyIn(ReadOnlyMemory<byte> lines) => Opened is null ? lines[Range] : Opened.AsMemory(Range);
}

/// <summary>An event of a batch that is not published.</summary>
/// <param name="Range">Its bytes in the batch.</param>
/// <param name="Ordinal">Its position among the batch's events, from 0.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">One line; never any of its content.</param>
internal readonly record struct RefusedEvent(Range Range, int Ordinal, RefusalReason Reason, string Detail);

/// <summary>An event of a batch that a rule drops.</summary>
/// <param name="Ordinal">Its position among the batch's events, from 0.</param>
/// <param name="Rule">The rule's number in the configuration, from 0.</param>
internal readonly record struct DroppedEvent(int Ordinal, int Rule);
