namespace Bridge.Core.Publishing;

/// <summary>Publishes with confirms: what it reports as published, the broker has taken responsibility for.</summary>
internal interface IPublisher
{
    /// <summary>
    /// True when a publication could be written now: connected, topology verified, not blocked by the broker, and no bound queue
    /// rejects messages.
    /// </summary>
    bool IsReady { get; }

    /// <summary>
    /// True while a queue bound to the exchange rejects messages; they are published again until the queue accepts them.
    /// </summary>
    bool IsRejected { get; }

    /// <summary>Largest message body that the broker accepts, in bytes (<c>max_message_size</c>), as far as known.</summary>
    long MessageBytes { get; }

    /// <summary>Completes when <see cref="IsReady"/> is true; at once when it already is.</summary>
    Task WaitUntilReadyAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Publishes every message and completes when the broker has answered for each. Several publications may be under way at once.
    /// </summary>
    /// <param name="publication">Its messages and their bodies stay unchanged until the task ends.</param>
    /// <param name="cancellationToken">Ends the wait; messages already written may still be published.</param>
    /// <returns>
    /// The refused messages, by rising index; empty when all are confirmed. A nacked message is among them only if it was meant
    /// for one of the bridge's own queues or if <c>Bridge:RabbitMq:WhenRejected</c> says so; otherwise it is published
    /// again until the broker confirms it.
    /// </returns>
    /// <exception cref="PublishException">The fate of at least one message is unknown or it was not published; a later attempt may succeed.</exception>
    Task<IReadOnlyList<PublishRefusal>> PublishAsync(IPublication publication, CancellationToken cancellationToken);
}

/// <summary>Why the broker will not take a message.</summary>
internal enum PublishRefusalReason
{
    /// <summary>No queue is bound for its routing key.</summary>
    Unroutable,

    /// <summary>It is over a limit of the broker or of the protocol.</summary>
    Rejected,

    /// <summary>The broker nacked it: a queue is full, or has no leader.</summary>
    Nacked,
}

/// <summary>A message that was answered, but not accepted.</summary>
/// <param name="Index">Its index in the publication.</param>
/// <param name="Reason">What kind of refusal it is.</param>
/// <param name="Detail">One line for people, such as <c>312 NO_ROUTE</c> or <c>nacked by the broker</c>; never any of the payload.</param>
internal sealed record PublishRefusal(int Index, PublishRefusalReason Reason, string Detail);
