namespace Bridge.Publish;

/// <summary>
/// The broker takes a message neither into the exchange nor into a queue of the bridge's own, and as many such messages as may be
/// in memory wait for that already: it goes back to where it came from. No fault of the message, however often it comes.
/// </summary>
internal sealed class NoRoomException(string message) : PublishException(message);
