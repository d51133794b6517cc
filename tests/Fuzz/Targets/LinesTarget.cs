using System.Text;
using Bridge.Core.Routing;
using Fuzz.Mutation;
using Fuzz.Reference;
using Telemetry.Wire;

namespace Fuzz.Targets;

/// <summary><see cref="EventLines"/> and the bridge's reading and routing of each event.</summary>
internal sealed class LinesTarget : IFuzzTarget
{
    private const int LongestKey = 255;

    private readonly EventRouter _router = new(RoutingKeyTemplate.Parse("{style}.{service}.{level}"), FuzzedReceiver.Limits);

    public string Name => "lines";

    public IEnumerable<FuzzInput> Seeds =>
        SeedMessages.Whole
            .Select(chunk => ReferenceBatch.Open(
                chunk.AsSpan(0, ReferenceHeader.Size), chunk.AsSpan(ReferenceHeader.Size), FuzzedReceiver.Limits))
            .Where(batch => batch.Reason is null).Select(batch => batch.Lines.ToArray())
            .Concat(SeedMessages.Texts.SelectMany(texts => texts).Where(text => ReferenceText.IsPlain(text)))
            .Select(FuzzInput.Of);

    public FuzzInput Make(Random random, InputPool pool)
    {
        var lines = random.Next(3) == 0 ? JsonMutator.Lines(random) : pool.Pick(random).Bytes;
        return FuzzInput.Of(random.Next(8) == 0 ? lines : JsonMutator.Mutate(lines, pool.Pick(random).Bytes, random));
    }

    public void Run(FuzzInput input, Meter meter, Observation seen)
    {
        var lines = input.Bytes;
        var refused = new List<RefusedEvent>();
        meter.Start();
        var routed = _router.Route(lines, refused);
        meter.Stop();
        CheckPlain(lines, meter);

        var events = Split(lines);
        CheckWalk(lines, events);
        FuzzRuleException.Unless(
            routed.Count + refused.Count == events.Count,
            $"{routed.Count} events routed and {refused.Count} refused of {events.Count}");
        foreach (var item in routed)
            CheckRouted(lines, item, events);
        foreach (var item in refused)
            CheckRefused(lines, item, events, seen);
        if (routed.Count > 0)
        {
            var traced = routed.Exists(item => item.TraceParent is not null) ? " with traceparent" : "";
            seen.Accept($"16^{Observation.Magnitude(routed.Count)} events{traced}");
        }
    }

    // An event takes its routing key, the values that the key is made of, or the detail of its refusal.
    public long MemoryBound(FuzzInput input) =>
        (64L * input.Length) + (1_024L * (input.Bytes.AsSpan().Count((byte)'\n') + 1)) + 65_536;

    // The whole input as one plain event, which may stand on several lines.
    private void CheckPlain(byte[] json, Meter meter)
    {
        var refused = new List<RefusedEvent>();
        meter.Start();
        var routed = _router.RoutePlain(json, refused);
        meter.Stop();
        FuzzRuleException.Unless(routed.Count + refused.Count == 1, "a plain event is either routed or refused");
        var range = ..json.Length;
        if (routed is [var item])
            CheckRouted(json, item, [range]);
        else
            CheckRefusal(json, refused[0]);
    }

    private static void CheckWalk(byte[] lines, List<Range> expected)
    {
        var walked = new List<Range>();
        foreach (var range in new EventLines(lines))
            walked.Add(range);
        FuzzRuleException.Unless(walked.SequenceEqual(expected), "the lines are not those between the line feeds");
    }

    private static void CheckRouted(byte[] lines, in RoutedEvent item, List<Range> events)
    {
        FuzzRuleException.Unless(
            events[item.Ordinal].Equals(item.Range),
            $"event {item.Ordinal} has another range than its line");
        var json = lines[item.Range];
        var members = ReferenceJson.Read(json);
        FuzzRuleException.Unless(
            json.Length <= FuzzedReceiver.Limits.EventBytes && members is not null,
            $"event {item.Ordinal} is routed and is no JSON object");
        FuzzRuleException.Unless(
            item.RoutingKey == ReferenceKey.Of(members!) && item.TraceParent == TraceParent(members!),
            $"event {item.Ordinal} has another routing key or traceparent than by its members");
        FuzzRuleException.Unless(
            Encoding.UTF8.GetByteCount(item.RoutingKey) <= LongestKey && HasThreeWords(item.RoutingKey),
            $"the routing key of event {item.Ordinal} is no key of three words within {LongestKey} bytes");
        FuzzRuleException.Unless(
            !item.RoutingKey.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '*' or '#'),
            $"the routing key of event {item.Ordinal} holds a character that no key may hold");
    }

    private static string? TraceParent(IReadOnlyDictionary<string, string?> members) =>
        members.GetValueOrDefault("traceparent") is { Length: > 0 and <= 255 } value ? value : null;

    // One that was cut may have lost a word.
    private static bool HasThreeWords(string key) => key.Count(c => c == '.') == 2 || key.Length > LongestKey / 4;

    private static void CheckRefused(byte[] lines, in RefusedEvent item, List<Range> events, Observation seen)
    {
        seen.Refuse(new Refusal(item.Reason, item.Detail));
        FuzzRuleException.Unless(
            events[item.Ordinal].Equals(item.Range),
            $"event {item.Ordinal} has another range than its line");
        CheckRefusal(lines, item);
    }

    private static void CheckRefusal(byte[] lines, in RefusedEvent item)
    {
        var json = lines[item.Range];
        var tooLarge = json.Length > FuzzedReceiver.Limits.EventBytes;
        FuzzRuleException.Unless(
            tooLarge == item.Reason is RefusalReason.TooLarge,
            $"event {item.Ordinal} of {json.Length} bytes is {item.Reason}");
        FuzzRuleException.Unless(
            tooLarge || ReferenceJson.Read(json) is null,
            $"event {item.Ordinal} is refused and is a JSON object");
    }

    private static List<Range> Split(byte[] lines)
    {
        var ranges = new List<Range>();
        var start = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] != '\n')
                continue;
            ranges.Add(start..i);
            start = i + 1;
        }

        if (start < lines.Length)
            ranges.Add(start..lines.Length);
        return ranges;
    }
}
