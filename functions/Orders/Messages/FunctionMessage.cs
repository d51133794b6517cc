namespace Orders.Messages;

/// <summary>A message from a queue, independent of the cloud.</summary>
/// <param name="Id">The message's identity, the same on every delivery.</param>
/// <param name="Body">Its text as it was put on the queue, UTF-8.</param>
/// <param name="Delivery">The number of this delivery, from 1.</param>
/// <param name="TraceParent">The trace that came beside the message; null if the queue transports none.</param>
public sealed record FunctionMessage(string Id, ReadOnlyMemory<byte> Body, long Delivery = 1, string? TraceParent = null);

/// <summary>The common members of all messages between functions.</summary>
public interface IOrderMessage
{
    /// <summary>The order that it is about.</summary>
    string OrderId { get; }

    /// <summary>
    /// The sender's span in W3C's format. It is part of the message, since a storage queue transports nothing beside a message.
    /// </summary>
    string? TraceParent { get; }
}
