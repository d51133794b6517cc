namespace Bridge.Publish;

/// <summary>Publishes with confirms: what it reports as published, the broker has taken responsibility for.</summary>
internal interface IPublisher
{
    /// <summary>True when a publication could be written now: connected, topology verified, not blocked by the broker.</summary>
    bool IsReady { get; }

    /// <summary>Completes when <see cref="IsReady"/> is true; at once when it already is.</summary>
    Task WaitUntilReadyAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Publishes every message and completes when the broker has answered for each. Several publications may be under way at once.
    /// </summary>
    /// <param name="publication">Its messages and their bodies stay unchanged until the task ends.</param>
    /// <param name="cancellationToken">Ends the wait; messages already written may still be published.</param>
    /// <returns>The messages that will never be accepted as they are, by rising index; empty when all are confirmed.</returns>
    /// <exception cref="PublishException">The fate of at least one message is unknown or it was not published; a later attempt may succeed.</exception>
    Task<IReadOnlyList<PublishRefusal>> PublishAsync(IPublication publication, CancellationToken cancellationToken);
}
