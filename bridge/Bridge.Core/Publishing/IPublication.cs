namespace Bridge.Core.Publishing;

/// <summary>
/// Messages to publish. They are read by index, so that each message is created only when it is written.
/// </summary>
internal interface IPublication
{
    /// <summary>Number of messages.</summary>
    int Count { get; }

    /// <summary>The message at <paramref name="index"/>. It may be read more than once.</summary>
    OutgoingMessage this[int index] { get; }

    /// <summary>
    /// True for a message that the broker confirmed in an earlier attempt. It is not written again and counts as confirmed.
    /// </summary>
    bool IsConfirmed(int index) => false;

    /// <summary>
    /// Called on any thread when the broker has confirmed a message, even when other messages fail or publishing was cancelled.
    /// </summary>
    void OnConfirmed(int index)
    {
    }
}
