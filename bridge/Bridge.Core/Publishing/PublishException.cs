namespace Bridge.Core.Publishing;

/// <summary>
/// A publication whose outcome is unknown or that was not written: the connection was lost, the broker did not answer in time
/// or blocked publishers for too long. Transient by nature: the caller keeps its messages and tries again later.
/// </summary>
internal class PublishException : Exception
{
    /// <summary>Describes the failure in one line, without payload or secret.</summary>
    public PublishException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// The broker accepts a message neither into the exchange nor into one of the bridge's own queues, and the memory for such
/// waiting messages is full. The message goes back to its queue. The message is not the cause, however often it comes.
/// </summary>
internal sealed class NoRoomException(string message) : PublishException(message);
