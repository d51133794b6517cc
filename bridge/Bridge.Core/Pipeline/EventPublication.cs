using System.Collections.Immutable;
using Bridge.Core.Publishing;
using Bridge.Core.Routing;

namespace Bridge.Core.Pipeline;

/// <summary>The events of one batch, as the messages that they become.</summary>
/// <param name="exchange">Where they go, unless a rule names another exchange.</param>
/// <param name="origin">Where they came from.</param>
/// <param name="headers">What they share, of <see cref="EventHeaders"/>.</param>
/// <param name="lines">The batch's events, unchanged until all are settled.</param>
/// <param name="events">What of <paramref name="lines"/> is published.</param>
/// <param name="progress">Notes the confirmed events.</param>
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
            var properties = new OutgoingProperties($"{origin.Batch}-{routed.Ordinal}") { Headers = headers, TraceParent = routed.TraceParent };
            return new OutgoingMessage(routed.Exchange ?? exchange, routed.RoutingKey, properties, routed.BodyIn(lines));
        }
    }

    public bool IsConfirmed(int index) => progress.IsSettled(events[index].Ordinal);

    public void OnConfirmed(int index) => progress.Confirm(events[index].Ordinal);
}
