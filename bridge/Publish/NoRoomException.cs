namespace Bridge.Publish;

/// <summary>
/// The broker accepts a message neither into the exchange nor into one of the bridge's own queues, and the memory for such
/// waiting messages is full. The message goes back to its queue. The message is not the cause, however often it comes.
/// </summary>
internal sealed class NoRoomException(string message) : PublishException(message);
