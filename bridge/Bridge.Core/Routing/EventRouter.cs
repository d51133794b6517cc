using System.Text;
using Telemetry.Wire;

namespace Bridge.Core.Routing;

/// <summary>Reads the events of a batch and creates the routing key of each, or refuses it.</summary>
internal sealed class EventRouter
{
    private const string TraceParent = "traceparent";
    private const int MaxTraceParentLength = 255;

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
    /// <param name="refused">Receives the events that cannot be published.</param>
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

    /// <summary>Routes a plain event, which may span several lines.</summary>
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
        {
            var detail = $"an event of {json.Length} bytes: the limit is {_limits.EventBytes}";
            refused.Add(new RefusedEvent(range, ordinal, RefusalReason.TooLarge, detail));
        }
        else if (members.Read(json) is { } problem)
        {
            var name = isPlain ? "a plain message that" : $"event {ordinal} of its batch";
            refused.Add(new RefusedEvent(range, ordinal, RefusalReason.Malformed, $"{name} is {problem}"));
        }
        else
        {
            routed.Add(new RoutedEvent(range, ordinal, keys.GetKey(members, json), ReadTraceParent(members, json)));
        }
    }

    private string? ReadTraceParent(EventMembers members, ReadOnlySpan<byte> json) =>
        members.Value(json, _traceParent) is { Length: > 0 and <= MaxTraceParentLength } value ? value : null;
}

/// <summary>An event of a batch with its routing key.</summary>
/// <param name="Range">Its bytes in the batch.</param>
/// <param name="Ordinal">Its position in the batch, from 0: the last part of its <c>message_id</c>.</param>
/// <param name="RoutingKey">Created by <see cref="RoutingKeyTemplate"/>.</param>
/// <param name="TraceParent">Its <c>traceparent</c> member, or null.</param>
internal readonly record struct RoutedEvent(Range Range, int Ordinal, string RoutingKey, string? TraceParent);

/// <summary>An event of a batch that is not published.</summary>
/// <param name="Range">Its bytes in the batch.</param>
/// <param name="Ordinal">Its position in the batch, from 0.</param>
/// <param name="Reason">The kind of refusal.</param>
/// <param name="Detail">One line, which never contains a part of the event.</param>
internal readonly record struct RefusedEvent(Range Range, int Ordinal, RefusalReason Reason, string Detail);
