using Bridge.Core.Publishing;

namespace Bridge.Core.DeadLetters;

/// <summary>Keeps what cannot be published.</summary>
internal interface IDeadLetters
{
    /// <summary>Publishes dead letters once; in parts when a letter is larger than the broker accepts.</summary>
    /// <param name="dead">Their bodies stay unchanged until the task ends.</param>
    /// <param name="cancellationToken">Ends the wait; some may still be published.</param>
    /// <returns>The letters that the broker does not accept now; all others are confirmed.</returns>
    /// <exception cref="PublishException">
    /// At least one is not confirmed and its fate is unknown: the messages that it came from must not be deleted.
    /// </exception>
    Task<IReadOnlyList<UnkeptLetter>> TryAsync(IReadOnlyList<DeadMessage> dead, CancellationToken cancellationToken);

    /// <summary>Waits and tries until the broker has confirmed every one.</summary>
    /// <param name="left">What <see cref="TryAsync"/> gave back; their bodies stay unchanged until the task ends.</param>
    /// <param name="heldBytes">Bytes of memory that are held meanwhile, without their bodies.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NoRoomException">Too many wait already: the messages that they came from must not be deleted.</exception>
    Task WaitAsync(IReadOnlyList<UnkeptLetter> left, long heldBytes, CancellationToken cancellationToken);
}

/// <summary>Publishes dead letters and waits; the usual call.</summary>
internal static class DeadLetterKeeping
{
    /// <summary>Completes when the broker has confirmed every dead letter, however long that takes.</summary>
    /// <exception cref="PublishException">At least one is not confirmed: nothing that it came from may be deleted.</exception>
    public static async Task KeepAsync(
        this IDeadLetters deadLetters, IReadOnlyList<DeadMessage> dead, CancellationToken cancellationToken)
    {
        if (await deadLetters.TryAsync(dead, cancellationToken) is { Count: > 0 } left)
            await deadLetters.WaitAsync(left, heldBytes: 0, cancellationToken);
    }
}

/// <summary>A dead letter that the broker does not accept now.</summary>
/// <param name="Index">Its index among the letters that were to be kept.</param>
/// <param name="Message">The dead letter.</param>
/// <param name="Reason">Why, in one line without payload.</param>
internal sealed record UnkeptLetter(int Index, DeadMessage Message, string Reason)
{
    /// <summary>The same with a copy of its body, which is needed when the original memory is given back.</summary>
    public UnkeptLetter Detach() => this with { Message = Message with { Body = Message.Body.ToArray() } };
}
