using System.Collections.Immutable;

namespace Bridge.Core.Publishing;

/// <summary>One AMQP message to be published with a confirm.</summary>
/// <param name="Exchange">An existing exchange; empty for the default exchange, which routes by queue name.</param>
/// <param name="RoutingKey">At most 255 bytes in UTF-8; a message with a longer one is refused as rejected.</param>
/// <param name="Properties">The properties and headers.</param>
/// <param name="Body">The body. It is not read after the broker has answered.</param>
internal readonly record struct OutgoingMessage(
    string Exchange, string RoutingKey, OutgoingProperties Properties, ReadOnlyMemory<byte> Body);

/// <summary>The properties of an outgoing message. They have no delivery mode, since every message is persistent.</summary>
/// <param name="MessageId">Not empty; at most 255 bytes in UTF-8. A message with a longer one is refused as rejected.</param>
internal readonly record struct OutgoingProperties(string MessageId)
{
    /// <summary>MIME type of the body; null leaves it out.</summary>
    public string? ContentType { get; init; } = "application/json";

    /// <summary>Headers that all messages of a batch share, so that they are created once.</summary>
    public ImmutableArray<MessageHeader> Headers { get; init; } = [];

    /// <summary>This message's own <c>traceparent</c> header; null leaves it out.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>A header of an AMQP message: a text or a whole number.</summary>
internal readonly record struct MessageHeader
{
    /// <summary>A text header.</summary>
    public MessageHeader(string name, string value)
    {
        Name = name;
        Text = value;
    }

    /// <summary>A numeric header: a signed 64-bit integer on the wire.</summary>
    public MessageHeader(string name, long value)
    {
        Name = name;
        Number = value;
    }

    /// <summary>At most 255 bytes in UTF-8.</summary>
    public string Name { get; }

    /// <summary>The text, or null when the header is a number.</summary>
    public string? Text { get; }

    /// <summary>The number, when <see cref="Text"/> is null.</summary>
    public long Number { get; }
}
