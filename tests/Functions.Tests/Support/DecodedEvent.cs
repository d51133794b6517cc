using System.Text;
using System.Text.Json;
using Telemetry.Wire;

namespace Functions.Tests.Support;

/// <summary>An event as a receiver gets it.</summary>
internal sealed record DecodedEvent(string Text)
{
    private readonly JsonElement _json = JsonDocument.Parse(Text).RootElement;

    public string Style => this["style"]!;

    /// <summary>What the event is about: the name of a metric, span or audit event, the message of a log.</summary>
    public string Subject => this["name"] ?? this["message"]!;

    public string? TraceParent => this["traceparent"];

    /// <summary>A member's text; null where it is missing.</summary>
    public string? this[string member] => _json.TryGetProperty(member, out var value) ? value.ToString() : null;

    public JsonElement Attribute(string name) => _json.GetProperty("attributes").GetProperty(name);

    /// <summary>What a list of events is about, such as <c>logs order created, metrics orders.created</c>.</summary>
    public static string Summary(IEnumerable<DecodedEvent> events) =>
        string.Join(", ", events.Select(sent => $"{sent.Style} {sent.Subject}"));

    /// <summary>
    /// Reassembles and opens what a queue holds, as the bridge does; fails where anything is refused or missing.
    /// </summary>
    public static IReadOnlyList<DecodedEvent> Decode(IEnumerable<byte[]> messages)
    {
        var assembler = new BatchAssembler<int>(TimeSpan.FromMinutes(1));
        var opener = new BatchOpener(KeyRing.Empty, CodecLimits.Default);
        var events = new List<DecodedEvent>();
        foreach (var text in messages)
        {
            using var message = MessageText.Decode(text, CodecLimits.Default);
            Assert.Null(message.Refusal);
            var header = message.Header!.Value;
            // A copy: the assembler holds it for longer than the message lives.
            var assembly = assembler.Add(header, message.Slice.ToArray(), token: 0, TimeProvider.System.GetUtcNow());
            if (assembly.State is AssemblyState.Held)
                continue;
            Assert.Equal(AssemblyState.Complete, assembly.State);
            Assert.Null(opener.Open(assembly.Header, assembly.Sealed, out var batch));
            using (batch)
                events.AddRange(EventsOf(batch!.Lines));
        }

        Assert.Equal(0, assembler.Batches);
        return events;
    }

    private static List<DecodedEvent> EventsOf(ReadOnlyMemory<byte> lines)
    {
        var events = new List<DecodedEvent>();
        foreach (var range in new EventLines(lines.Span))
            events.Add(new DecodedEvent(Encoding.UTF8.GetString(lines.Span[range])));
        return events;
    }
}
