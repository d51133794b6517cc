using System.Diagnostics;
using Bridge.Core.Diagnostics;
using Bridge.Core.Routing;
using Bridge.Core.Sources;

namespace Bridge.Core.Pipeline;

/// <summary>
/// Spans of the bridge's own work: one for a delivery, one for the publishing of a batch, which links to the spans of the functions
/// that its events came from. Never one for an event, and nothing at all while nobody listens.
/// </summary>
internal static class BridgeTracing
{
    // A batch may hold events of thousands of invocations. Where the message's span is not sampled, no link is looked for.
    private const int MostLinks = 32;

    private static readonly ActivitySource Activities = new(MessagingAttributes.Scope);

    /// <summary>Begins the span of the work on a delivery; null while nobody listens.</summary>
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

    /// <summary>Begins the span of the publishing of a batch's events; null while nobody listens.</summary>
    /// <param name="exchange">Where they go.</param>
    /// <param name="batch">The batch's identity.</param>
    /// <param name="events">Its events.</param>
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

    /// <summary>Notes why the work of a span failed.</summary>
    public static void SetFailed(this Activity? activity, Exception failure) =>
        activity?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name).SetTag(MessagingAttributes.ErrorType, failure.GetType().Name);

    // The different ones among them, the first so many.
    private static List<ActivityLink> LinksOf(IReadOnlyList<RoutedEvent> events)
    {
        var links = new List<ActivityLink>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var routed in events)
        {
            if (links.Count == MostLinks)
                break;
            if (routed.TraceParent is { } parent && seen.Add(parent) && ActivityContext.TryParse(parent, traceState: null, isRemote: true, out var context))
                links.Add(new ActivityLink(context));
        }

        return links;
    }
}
