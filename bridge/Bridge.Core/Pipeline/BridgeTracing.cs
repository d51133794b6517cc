using System.Diagnostics;
using Bridge.Core.Diagnostics;
using Bridge.Core.Routing;
using Bridge.Core.Sources;

namespace Bridge.Core.Pipeline;

/// <summary>
/// Creates the bridge's spans: one for each delivery, and one for publishing each batch, with links to the functions' spans that
/// the events belong to. A single event has no span. Without a listener nothing is created.
/// </summary>
internal static class BridgeTracing
{
    // Bounded, since a batch may have events of thousands of invocations.
    private const int MaxLinks = 32;

    private static readonly ActivitySource Activities = new(MessagingAttributes.Scope);

    /// <summary>Starts the span for processing a delivery; null without a listener.</summary>
    public static Activity? StartProcess(DeliveryOrigin origin)
    {
        if (!Activities.HasListeners())
            return null;
        return Activities.StartActivity(
            ActivityKind.Consumer,
            tags:
            [
                new(MessagingAttributes.System, origin.Source.System),
                new(MessagingAttributes.Destination, origin.Source.Name),
                new(MessagingAttributes.OperationName, "process"),
                new(MessagingAttributes.OperationType, "process"),
                new("bridge.receive_count", origin.Attempt),
            ],
            name: $"process {origin.Source.Name}");
    }

    /// <summary>Starts the span for publishing a batch's events; null without a listener.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="batch">The batch's identity.</param>
    /// <param name="events">The batch's events.</param>
    public static Activity? StartPublish(string exchange, string batch, IReadOnlyList<RoutedEvent> events)
    {
        if (!Activities.HasListeners())
            return null;
        return Activities.StartActivity(
            ActivityKind.Producer,
            tags:
            [
                new(MessagingAttributes.System, MessagingAttributes.RabbitMq),
                new(MessagingAttributes.Destination, exchange),
                new(MessagingAttributes.OperationName, "publish"),
                new(MessagingAttributes.OperationType, "send"),
                new(MessagingAttributes.BatchMessageCount, events.Count),
                new("bridge.batch", batch),
            ],
            links: Activity.Current is { Recorded: false } ? [] : LinksOf(events),
            name: $"publish {exchange}");
    }

    /// <summary>Marks a span as failed, with the exception's type.</summary>
    public static void SetFailed(this Activity? activity, Exception failure) => activity?
        .SetStatus(ActivityStatusCode.Error, failure.GetType().Name)
        .SetTag(MessagingAttributes.ErrorType, failure.GetType().Name);

    // The first distinct traces of the events.
    private static List<ActivityLink> LinksOf(IReadOnlyList<RoutedEvent> events)
    {
        var links = new List<ActivityLink>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var routed in events)
        {
            if (links.Count == MaxLinks)
                break;
            if (routed.TraceParent is { } parent
                && seen.Add(parent)
                && ActivityContext.TryParse(parent, traceState: null, isRemote: true, out var context))
            {
                links.Add(new ActivityLink(context));
            }
        }

        return links;
    }
}
