using System.Collections.Immutable;
using Bridge.Core.Publishing;
using Telemetry.Wire;

namespace Bridge.Core.DeadLetters;

/// <summary>A message or an event that cannot be published, with the reason.</summary>
internal sealed record DeadMessage
{
    /// <summary>Identity, the same whenever the same message or event is dead-lettered again.</summary>
    public required string MessageId { get; init; }

    /// <summary>The raw text of the queue message; or the event, when only the event was refused.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The reason.</summary>
    public required Refusal Refusal { get; init; }

    /// <summary>URL of the queue that delivered it.</summary>
    public required string Source { get; init; }

    /// <summary>How often the queue had delivered it.</summary>
    public required long ReceiveCount { get; init; }

    /// <summary>Only for an event that the broker refused: its routing key.</summary>
    public string? RoutingKey { get; init; }

    /// <summary>Only for an event that a rule sent to another exchange than the bridge's: that exchange.</summary>
    public string? Exchange { get; init; }

    /// <summary>Only for an event: the headers for publishing it.</summary>
    public ImmutableArray<MessageHeader> EventHeaders { get; init; } = [];

    /// <summary>Only for an event: its <c>traceparent</c>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Creates the message for the dead-letter queue.</summary>
    /// <param name="now">The present time.</param>
    /// <param name="part">The part of the body; null for the whole body.</param>
    public OutgoingMessage ToMessage(DateTimeOffset now, LetterPart? part = null)
    {
        var properties = new OutgoingProperties(MessageId)
        {
            ContentType = RoutingKey is null ? "text/plain" : "application/json",
            Headers = [.. EventHeaders, .. Headers(now, part)],
            TraceParent = TraceParent,
        };
        return new OutgoingMessage(Exchange: "", BridgeQueues.Dead, properties, part is null ? Body : Body[part.Range]);
    }

    private IEnumerable<MessageHeader> Headers(DateTimeOffset now, LetterPart? part)
    {
        yield return new(DeadLetterHeaders.Reason, Refusal.Code);
        yield return new(DeadLetterHeaders.Detail, Refusal.Detail);
        yield return new(DeadLetterHeaders.Source, Source);
        yield return new(DeadLetterHeaders.ReceiveCount, ReceiveCount);
        yield return new(DeadLetterHeaders.At, now.UtcDateTime.ToString("O"));
        if (RoutingKey is not null)
            yield return new(DeadLetterHeaders.RoutingKey, RoutingKey);
        if (Exchange is not null)
            yield return new(DeadLetterHeaders.Exchange, Exchange);
        if (part is null)
            yield break;
        yield return new(DeadLetterHeaders.Part, part.ToString());
        yield return new(DeadLetterHeaders.Digest, part.Digest);
    }
}
