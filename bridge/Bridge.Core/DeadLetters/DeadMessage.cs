using System.Collections.Immutable;
using Bridge.Core.Publishing;
using Telemetry.Wire;

namespace Bridge.Core.DeadLetters;

/// <summary>Something that cannot be published, kept with its reason.</summary>
internal sealed record DeadMessage
{
    /// <summary>Identity, the same whenever the same thing is dead-lettered again.</summary>
    public required string MessageId { get; init; }

    /// <summary>The raw text of the queue message, or the event where only an event was refused.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Why.</summary>
    public required Refusal Refusal { get; init; }

    /// <summary>The queue's URL that it came from.</summary>
    public required string Source { get; init; }

    /// <summary>How often the queue had delivered it.</summary>
    public required long ReceiveCount { get; init; }

    /// <summary>Of a refused event: the routing key that it was published with.</summary>
    public string? RoutingKey { get; init; }

    /// <summary>Of a refused event that a rule sent to another exchange than the bridge's: that exchange.</summary>
    public string? Exchange { get; init; }

    /// <summary>Of a refused event: the headers that it was, or would have been, published with.</summary>
    public ImmutableArray<MessageHeader> EventHeaders { get; init; } = [];

    /// <summary>Of a refused event: its <c>traceparent</c>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>As a message for the dead-letter queue.</summary>
    /// <param name="now">When it is kept.</param>
    /// <param name="part">Which part of it; null for the whole.</param>
    public OutgoingMessage ToMessage(DateTimeOffset now, LetterPart? part = null)
    {
        var headers = EventHeaders.ToBuilder();
        headers.Add(new MessageHeader(DeadLetterHeaders.Reason, Refusal.Code));
        headers.Add(new MessageHeader(DeadLetterHeaders.Detail, Refusal.Detail));
        headers.Add(new MessageHeader(DeadLetterHeaders.Source, Source));
        headers.Add(new MessageHeader(DeadLetterHeaders.ReceiveCount, ReceiveCount));
        headers.Add(new MessageHeader(DeadLetterHeaders.At, now.UtcDateTime.ToString("O")));
        if (RoutingKey is not null)
            headers.Add(new MessageHeader(DeadLetterHeaders.RoutingKey, RoutingKey));
        if (Exchange is not null)
            headers.Add(new MessageHeader(DeadLetterHeaders.Exchange, Exchange));
        if (part is not null)
        {
            headers.Add(new MessageHeader(DeadLetterHeaders.Part, part.ToString()));
            headers.Add(new MessageHeader(DeadLetterHeaders.Digest, part.Digest));
        }

        var properties = new OutgoingProperties(MessageId)
        {
            ContentType = RoutingKey is null ? "text/plain" : "application/json",
            Headers = headers.ToImmutable(),
            TraceParent = TraceParent,
        };
        return new OutgoingMessage(Exchange: "", BridgeQueues.Dead, properties, part is null ? Body : Body[part.Range]);
    }
}
