namespace Bridge.Publish;

/// <summary>One AMQP message to be published with a confirm.</summary>
/// <param name="Exchange">An existing exchange; empty: the default exchange, which routes by queue name.</param>
/// <param name="RoutingKey">At most 255 bytes in UTF-8; a longer one is refused as rejected.</param>
/// <param name="Properties">What the message carries beside its body.</param>
/// <param name="Body">Sent byte for byte; not read after the publication has been answered.</param>
internal readonly record struct OutgoingMessage(
    string Exchange, string RoutingKey, OutgoingProperties Properties, ReadOnlyMemory<byte> Body);
