using System.Collections.Immutable;

namespace Bridge.Publish;

/// <summary>The properties of an outgoing message. The delivery mode is not among them: every message is persistent.</summary>
/// <param name="MessageId">Never empty; at most 255 bytes in UTF-8; a longer one is refused as rejected.</param>
internal readonly record struct OutgoingProperties(string MessageId)
{
    /// <summary>MIME type of the body; null leaves it out.</summary>
    public string? ContentType { get; init; } = "application/json";

    /// <summary>When the message came to be, with the seconds that AMQP keeps; null leaves it out.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Headers that many messages share: built once a batch.</summary>
    public ImmutableArray<MessageHeader> Headers { get; init; } = [];

    /// <summary>This message's own <c>traceparent</c> header; null leaves it out.</summary>
    public string? TraceParent { get; init; }
}
