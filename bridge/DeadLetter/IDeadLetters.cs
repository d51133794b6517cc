using Bridge.Publish;

namespace Bridge.DeadLetter;

/// <summary>Keeps what cannot be published.</summary>
internal interface IDeadLetters
{
    /// <summary>Completes when the broker has confirmed every dead letter.</summary>
    /// <param name="dead">Their bodies stay unchanged until the task ends.</param>
    /// <param name="cancellationToken">Ends the wait; some may still be published.</param>
    /// <exception cref="PublishException">At least one is not confirmed: nothing that it came from may be deleted.</exception>
    Task PublishAsync(IReadOnlyList<DeadMessage> dead, CancellationToken cancellationToken);
}
