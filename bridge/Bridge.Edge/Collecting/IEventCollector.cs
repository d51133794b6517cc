namespace Bridge.Edge.Collecting;

/// <summary>
/// Takes the events of one intake, packs them into sealed batches and stores these in the spool. Safe for several threads.
/// </summary>
internal interface IEventCollector
{
    /// <summary>Takes an event, unless the spool is full: an intake that must not wait counts it as dropped then.</summary>
    /// <param name="json">One JSON object in UTF-8, without a line feed. Copied.</param>
    /// <returns>False when the spool is full.</returns>
    bool TryAdd(ReadOnlySpan<byte> json);

    /// <summary>Takes an event, and waits while the spool is full.</summary>
    /// <param name="json">One JSON object in UTF-8, without a line feed. Copied before the call returns its task.</param>
    /// <param name="cancellationToken">Ends the wait; the event is not taken then.</param>
    ValueTask AddAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken);

    /// <summary>Completes when every event that was taken before this call is committed to the disk.</summary>
    Task WaitUntilSpooledAsync(CancellationToken cancellationToken);
}
