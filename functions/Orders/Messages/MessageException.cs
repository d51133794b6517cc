namespace Orders.Messages;

/// <summary>A message that no delivery will make good: it is what the sender must not send. The queue's own limit of deliveries ends it.</summary>
public sealed class MessageException(string message, Exception? innerException = null) : Exception(message, innerException);
