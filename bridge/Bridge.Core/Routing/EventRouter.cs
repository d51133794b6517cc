using System.Text;
using Bridge.Core.Processing.Encryption;
using Telemetry.Wire;

namespace Bridge.Core.Routing;

/// <summary>Reads the events of a batch and creates the routing key of each, or refuses it.</summary>
internal sealed class EventRouter
{
    private const string TraceParent = "traceparent";
    private const int MaxTraceParentLength = 255;

    private readonly RoutingKeyTemplate _template;
    private readonly CodecLimits _limits;
    private readonly EventOpener? _opener;
    private readonly RoutingRules? _rules;
    private readonly byte[][] _names;
    private readonly int _traceParent;

    /// <param name="template">Makes the routing keys of events for which no rule does.</param>
    /// <param name="limits">Limits on an event.</param>
    /// <param name="opener">Opens encrypted events; null: they are routed as they are.</param>
    /// <param name="rules">Decide before the template does; null: there are none.</param>
    public EventRouter(RoutingKeyTemplate template, CodecLimits limits, EventOpener? opener = null, RoutingRules? rules = null)
    {
        _template = template;
        _limits = limits;
        _opener = opener;
        _rules = rules is { Count: > 0 } ? rules : null;
        string[] names = [.. template.Members, TraceParent];
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
        _traceParent = Array.IndexOf(names, TraceParent);
    }

    /// <summary>The most memory that the opened events of a batch take beside it, in bytes.</summary>
    /// <param name="batchBytes">Bytes of the batch.</param>
    public int MaxOpenedBytes(int batchBytes) => _opener is { HasKeys: true } ? batchBytes / 4 * 3 : 0;

    /// <summary>Routes every event.</summary>
    /// <param name="lines">JSON Lines.</param>
    /// <param name="refused">Receives the events that cannot be published.</param>
    /// <param name="dropped">Receives the events that a rule drops; null when there are no rules.</param>
    public List<RoutedEvent> Route(ReadOnlySpan<byte> lines, List<RefusedEvent> refused, List<DroppedEvent>? dropped = null)
    {
        var batch = CreateBatch(lines, lines.Count((byte)'\n'), isPlain: false, refused, dropped);
        var ordinal = 0;
        foreach (var range in new EventLines(lines))
            RouteOne(batch, range, ordinal++);
        return batch.Routed;
    }

    /// <summary>Routes a plain event, which may span several lines.</summary>
    public List<RoutedEvent> RoutePlain(
        ReadOnlySpan<byte> json, List<RefusedEvent> refused, List<DroppedEvent>? dropped = null)
    {
        var batch = CreateBatch(json, 1, isPlain: true, refused, dropped);
        RouteOne(batch, ..json.Length, 0);
        return batch.Routed;
    }

    private Batch CreateBatch(
        ReadOnlySpan<byte> lines, int events, bool isPlain, List<RefusedEvent> refused, List<DroppedEvent>? dropped) => new()
        {
            Lines = lines,
            IsPlain = isPlain,
            Members = new EventMembers(_names),
            Keys = new RoutingKeys(_template),
            Rules = _rules is null ? null : new RuleRouting(_rules),
            Routed = new List<RoutedEvent>(events),
            Refused = refused,
            Dropped = dropped,
        };

    private void RouteOne(in Batch batch, Range range, int ordinal)
    {
        var json = batch.Lines[range];
        if (json.Length > _limits.EventBytes)
            Refuse(batch, range, ordinal, RefusalReason.TooLarge, TooLarge(json.Length));
        else if (batch.Members.Read(json) is { } problem)
            Refuse(batch, range, ordinal, RefusalReason.Malformed, $"{Name(ordinal, batch.IsPlain)} is {problem}");
        else if (_opener?.Open(json) is not { } opened)
            RouteValid(batch, json, new RoutedEvent(range, ordinal, "", null));
        else if (opened.Problem is { } closed)
            Refuse(batch, range, ordinal, RefusalReason.Undecryptable, closed);
        else if (batch.Members.Read(opened.Json) is { } wrong)
            Refuse(batch, range, ordinal, RefusalReason.Malformed, $"{Name(ordinal, batch.IsPlain)}, once opened, is {wrong}");
        else
            RouteValid(batch, opened.Json, new RoutedEvent(..opened.Length, ordinal, "", null) { Opened = opened.Buffer });
    }

    private static void Refuse(in Batch batch, Range range, int ordinal, RefusalReason reason, string detail) =>
        batch.Refused.Add(new RefusedEvent(range, ordinal, reason, detail));

    private void RouteValid(in Batch batch, ReadOnlySpan<byte> json, RoutedEvent routed)
    {
        var rule = batch.Rules?.Find(json) ?? RoutingRules.NoRule;
        if (rule >= 0 && _rules![rule].Drop)
        {
            batch.Dropped!.Add(new DroppedEvent(routed.Ordinal, rule));
            return;
        }

        batch.Routed.Add(routed with
        {
            RoutingKey = (rule >= 0 ? batch.Rules!.KeyOf(rule, json) : null) ?? batch.Keys.GetKey(batch.Members, json),
            TraceParent = ReadTraceParent(batch.Members, json),
            Exchange = rule >= 0 ? _rules![rule].Exchange : null,
        });
    }

    private string TooLarge(int bytes) => $"an event of {bytes} bytes: the limit is {_limits.EventBytes}";

    private static string Name(int ordinal, bool isPlain) => isPlain ? "a plain message that" : $"event {ordinal} of its batch";

    private string? ReadTraceParent(EventMembers members, ReadOnlySpan<byte> json) =>
        members.Value(json, _traceParent) is { Length: > 0 and <= MaxTraceParentLength } value ? value : null;

    // What the events of one batch share.
    private readonly ref struct Batch
    {
        public required ReadOnlySpan<byte> Lines { get; init; }

        public required bool IsPlain { get; init; }

        public required EventMembers Members { get; init; }

        public required RoutingKeys Keys { get; init; }

        public required RuleRouting? Rules { get; init; }

        public required List<RoutedEvent> Routed { get; init; }

        public required List<RefusedEvent> Refused { get; init; }

        public required List<DroppedEvent>? Dropped { get; init; }
    }
}

/// <summary>An event of a batch with its routing key.</summary>
/// <param name="Range">Its bytes in the batch, or in <see cref="Opened"/>.</param>
/// <param name="Ordinal">Its position in the batch, from 0: the last part of its <c>message_id</c>.</param>
/// <param name="RoutingKey">Created by <see cref="RoutingKeyTemplate"/>.</param>
/// <param name="TraceParent">Its <c>traceparent</c> member, or null.</param>
internal readonly record struct RoutedEvent(Range Range, int Ordinal, string RoutingKey, string? TraceParent)
{
    /// <summary>Only for an event that was encrypted: a buffer with the opened event.</summary>
    public byte[]? Opened { get; init; }

    /// <summary>The exchange that a rule names for it; null for the bridge's exchange.</summary>
    public string? Exchange { get; init; }

    /// <summary>Returns the bytes to publish.</summary>
    /// <param name="lines">The batch's lines.</param>
    public ReadOnlyMemory<byte> BodyIn(ReadOnlyMemory<byte> lines) => Opened is null ? lines[Range] : Opened.AsMemory(Range);
}

/// <summary>An event of a batch that is not published.</summary>
/// <param name="Range">Its bytes in the batch.</param>
/// <param name="Ordinal">Its position in the batch, from 0.</param>
/// <param name="Reason">The kind of refusal.</param>
/// <param name="Detail">One line, which never contains a part of the event.</param>
internal readonly record struct RefusedEvent(Range Range, int Ordinal, RefusalReason Reason, string Detail);

/// <summary>An event of a batch that a rule drops.</summary>
/// <param name="Ordinal">Its position in the batch, from 0.</param>
/// <param name="Rule">The rule's number in the configuration, from 0.</param>
internal readonly record struct DroppedEvent(int Ordinal, int Rule);
