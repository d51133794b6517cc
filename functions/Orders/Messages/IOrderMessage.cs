namespace Orders.Messages;

/// <summary>What all messages between functions say.</summary>
public interface IOrderMessage
{
    /// <summary>The order that it is about.</summary>
    string OrderId { get; }

    /// <summary>The span that sent it, as W3C writes it: storage queues carry nothing beside a message, so it travels inside.</summary>
    string? TraceParent { get; }
}
