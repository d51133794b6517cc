using System.Text;
using Telemetry.Wire;

namespace Bridge.Core.Routing;

/// <summary>Reads the events of a batch and decides where each goes, or why it cannot go anywhere.</summary>
internal sealed class EventRouter
{
    private const string TraceParent = "traceparent";
    private const int LongestTraceParent = 255;

    private readonly RoutingKeyTemplate _template;
    private readonly CodecLimits _limits;
    private readonly byte[][] _names;
    private readonly int _traceParent;

    public EventRouter(RoutingKeyTemplate template, CodecLimits limits)
    {
        _template = template;
        _limits = limits;
        string[] names = [.. template.Members, TraceParent];
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
        _traceParent = Array.IndexOf(names, TraceParent);
    }

    /// <summary>Routes every event.</summary>
    /// <param name="lines">JSON Lines.</param>
    /// <param name="refused">Takes the events that cannot be published.</param>
    public List<RoutedEvent> Route(ReadOnlySpan<byte> lines, List<RefusedEvent> refused)
    {
        var routed = new List<RoutedEvent>(lines.Count((byte)'\n'));
        var members = new EventMembers(_names);
        var keys = new RoutingKeys(_template);
        var ordinal = 0;
        foreach (var range in new EventLines(lines))
            RouteOne(lines, range, ordinal++, isPlain: false, members, keys, routed, refused);
        return routed;
    }

    /// <summary>Routes a plain event, which may stand on several lines.</summary>
    public List<RoutedEvent> RoutePlain(ReadOnlySpan<byte> json, List<RefusedEvent> refused)
    {
        var routed = new List<RoutedEvent>(1);
        RouteOne(json, ..json.Length, 0, isPlain: true, new EventMembers(_names), new RoutingKeys(_template), routed, refused);
        return routed;
    }

    private void RouteOne(
        ReadOnlySpan<byte> lines,
        Range range,
        int ordinal,
        bool isPlain,
        EventMembers members,
        RoutingKeys keys,
        List<RoutedEvent> routed,
        List<RefusedEvent> refused)
    {
        var json = lines[range];
        if (json.Length > _limits.EventBytes)
            refused.Add(new RefusedEvent(range, ordinal, RefusalReason.TooLarge, $"an event of {json.Length} bytes: the limit is {_limits.EventBytes}"));
        else if (members.Read(json) is { } problem)
            refused.Add(new RefusedEvent(range, ordinal, RefusalReason.Malformed, $"{Name(ordinal, isPlain)} is {problem}"));
        else
            routed.Add(new RoutedEvent(range, ordinal, keys.Of(members, json), ReadTraceParent(members, json)));
    }

    private static string Name(int ordinal, bool isPlain) => isPlain ? "a plain message that" : $"event {ordinal} of its batch";

    private string? ReadTraceParent(EventMembers members, ReadOnlySpan<byte> json) =>
        members.Value(json, _traceParent) is { Length: > 0 and <= LongestTraceParent } value ? value : null;
}
