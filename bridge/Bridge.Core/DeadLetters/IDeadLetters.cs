using Bridge.Core.Publishing;

namespace Bridge.Core.DeadLetters;

/// <summary>Stores what cannot be published.</summary>
internal interface IDeadLetters
{
    /// <summary>Publishes dead letters once. A letter that is larger than the broker accepts is published in parts.</summary>
    /// <param name="dead">The letters. Their bodies must not change until the task ends.</param>
    /// <param name="cancellationToken">Ends the wait; some letters may still be published.</param>
    /// <returns>The letters that the broker does not accept now; all others are confirmed.</returns>
    /// <exception cref="PublishException">
    /// At least one letter may not be confirmed. Do not delete the messages that the letters came from.
    /// </exception>
    Task<IReadOnlyList<UnacceptedLetter>> TryAsync(IReadOnlyList<DeadMessage> dead, CancellationToken cancellationToken);

    /// <summary>Retries until the broker has confirmed every letter.</summary>
    /// <param name="left">The result of <see cref="TryAsync"/>. The bodies must not change until the task ends.</param>
    /// <param name="heldBytes">Bytes of memory that the caller holds meanwhile, beside the bodies.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NoRoomException">
    /// The memory for waiting letters is full. Do not delete the messages that the letters came from.
    /// </exception>
    Task WaitAsync(IReadOnlyList<UnacceptedLetter> left, long heldBytes, CancellationToken cancellationToken);
}

/// <summary>Combines both calls of <see cref="IDeadLetters"/>.</summary>
internal static class DeadLetterKeeping
{
    /// <summary>Completes when the broker has confirmed every dead letter. The time is not limited.</summary>
    /// <exception cref="PublishException">
    /// At least one letter may not be confirmed. Do not delete the messages that the letters came from.
    /// </exception>
    public static async Task KeepAsync(
        this IDeadLetters deadLetters, IReadOnlyList<DeadMessage> dead, CancellationToken cancellationToken)
    {
        if (await deadLetters.TryAsync(dead, cancellationToken) is { Count: > 0 } left)
            await deadLetters.WaitAsync(left, heldBytes: 0, cancellationToken);
    }
}

/// <summary>A dead letter that the broker does not accept now.</summary>
/// <param name="Index">Its index among the letters of the call.</param>
/// <param name="Message">The dead letter.</param>
/// <param name="Reason">The reason in one line, without payload.</param>
internal sealed record UnacceptedLetter(int Index, DeadMessage Message, string Reason)
{
    /// <summary>Copies the body, so that the caller can release the original memory.</summary>
    public UnacceptedLetter Detach() => this with { Message = Message with { Body = Message.Body.ToArray() } };
}
