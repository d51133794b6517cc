using System.Collections.Immutable;
using Bridge.Core.Publishing;
using Bridge.Core.Routing;

namespace Bridge.Core.Pipeline;

/// <summary>The events of one batch as messages to publish.</summary>
/// <param name="exchange">The exchange of events for which no rule names another.</param>
/// <param name="origin">The batch's origin.</param>
/// <param name="headers">The headers that all events share, from <see cref="EventHeaders"/>.</param>
/// <param name="lines">The batch's lines. They must not change until all events are settled.</param>
/// <param name="events">The events in <paramref name="lines"/> to publish.</param>
/// <param name="progress">Records the confirmed events.</param>
internal sealed class EventPublication(
    string exchange,
    BatchOrigin origin,
    ImmutableArray<MessageHeader> headers,
    ReadOnlyMemory<byte> lines,
    IReadOnlyList<RoutedEvent> events,
    BatchProgress progress) : IPublication
{
    public int Count => events.Count;

    public OutgoingMessage this[int index]
    {
        get
        {
            var routed = events[index];
            var properties = new OutgoingProperties($"{origin.Batch}-{routed.Ordinal}")
            {
                Headers = headers,
                TraceParent = routed.TraceParent,
            };
            return new OutgoingMessage(routed.Exchange ?? exchange, routed.RoutingKey, properties, routed.BodyIn(lines));
        }
    }

    public bool IsConfirmed(int index) => progress.IsSettled(events[index].Ordinal);

    public void OnConfirmed(int index) => progress.Confirm(events[index].Ordinal);
}
