namespace Orders.Messages;

/// <summary>What a function sees of a queue's message, whichever cloud carried it.</summary>
/// <param name="Id">The message's identity, the same on every delivery.</param>
/// <param name="Body">Its text as it was put on the queue, UTF-8.</param>
/// <param name="Delivery">The how-manieth delivery this is, from 1.</param>
/// <param name="TraceParent">The trace that the queue itself carried beside the message; null where it carried none.</param>
public sealed record FunctionMessage(string Id, ReadOnlyMemory<byte> Body, long Delivery = 1, string? TraceParent = null);
