namespace Bridge.Core.Publishing;

/// <summary>
/// The messages that a batch hands over, addressed by index so that nothing is materialised before it is written.
/// </summary>
internal interface IPublication
{
    /// <summary>Number of messages.</summary>
    int Count { get; }

    /// <summary>The message at <paramref name="index"/>; may be asked for more than once.</summary>
    OutgoingMessage this[int index] { get; }

    /// <summary>
    /// True for a message that the broker confirmed in an earlier attempt: it is not written, and counts as confirmed.
    /// </summary>
    bool IsConfirmed(int index) => false;

    /// <summary>
    /// Called on any thread when the broker has confirmed a message, even if others fail or publishing was cancelled meanwhile.
    /// </summary>
    void OnConfirmed(int index)
    {
    }
}
