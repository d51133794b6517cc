namespace Bridge.Publish;

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
