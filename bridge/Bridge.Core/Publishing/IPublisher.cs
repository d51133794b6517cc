namespace Bridge.Core.Publishing;

/// <summary>Publishes messages with publisher confirms. A message counts as published when the broker has confirmed it.</summary>
internal interface IPublisher
{
    /// <summary>
    /// True when a publication can be written now: the connection is open, the topology is verified, the broker does not block
    /// publishers, and no bound queue rejects messages.
    /// </summary>
    bool IsReady { get; }

    /// <summary>
    /// True while a queue bound to the exchange rejects messages. They are published again until the queue accepts them.
    /// </summary>
    bool IsRejected { get; }

    /// <summary>Largest message body in bytes that the broker is known to accept (<c>max_message_size</c>).</summary>
    long MessageBytes { get; }

    /// <summary>Completes when <see cref="IsReady"/> is true; at once when it already is.</summary>
    Task WaitUntilReadyAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Publishes every message and completes when the broker has answered for each. Calls may run concurrently.
    /// </summary>
    /// <param name="publication">The messages. They and their bodies must not change until the task ends.</param>
    /// <param name="cancellationToken">Ends the wait; messages already written may still be published.</param>
    /// <returns>
    /// The refused messages, ascending by index; empty when all are confirmed. A nacked message is refused only when it is for
    /// one of the bridge's own queues, or when <c>Bridge:RabbitMq:WhenRejected</c> says so. Otherwise it is published again until
    /// the broker confirms it.
    /// </returns>
    /// <exception cref="PublishException">At least one message may not be confirmed; a later attempt may succeed.</exception>
    Task<IReadOnlyList<PublishRefusal>> PublishAsync(IPublication publication, CancellationToken cancellationToken);
}

/// <summary>Why the broker does not accept a message.</summary>
internal enum PublishRefusalReason
{
    /// <summary>No queue is bound for its routing key.</summary>
    Unroutable,

    /// <summary>It exceeds a limit of the broker or of the protocol.</summary>
    Rejected,

    /// <summary>The broker nacked it: a queue is full, or has no leader.</summary>
    Nacked,
}

/// <summary>A message that the broker refused.</summary>
/// <param name="Index">Its index in the publication.</param>
/// <param name="Reason">The kind of refusal.</param>
/// <param name="Detail">
/// One line for people, such as <c>312 NO_ROUTE</c> or <c>nacked by the broker</c>. It never contains a part of the payload.
/// </param>
internal sealed record PublishRefusal(int Index, PublishRefusalReason Reason, string Detail);

/// <summary>
/// A publication that may not be confirmed: the connection was lost, the broker did not answer in time, or it blocked publishers
/// for too long. The failure is transient. The caller keeps its messages and tries again later.
/// </summary>
/// <param name="message">One line without payload or secret.</param>
/// <param name="innerException">The cause.</param>
internal class PublishException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>
/// The broker accepts a message neither into the exchange nor into one of the bridge's own queues, and the memory for waiting
/// messages is full. The message returns to its queue. It has not caused the failure, so the number of its deliveries does not
/// count.
/// </summary>
internal sealed class NoRoomException(string message) : PublishException(message);
