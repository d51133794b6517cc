namespace Telemetry.Queues;

/// <summary>The sending half of a cloud queue.</summary>
public interface IQueueSender : IAsyncDisposable
{
    /// <summary>
    /// The queue's limits. They are read once and cached until the queue has permanently refused messages; a failed read is tried
    /// again.
    /// </summary>
    /// <exception cref="QueueException">The queue could not be asked.</exception>
    ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stores every message, in as few calls as the limits allow, several calls at a time.
    /// Throttling and server errors are retried with jittered back-off before the exception.
    /// </summary>
    /// <param name="messages">UTF-8 texts, each within <see cref="QueueLimits.MessageBytes"/>; not read after the task
    /// ends.</param>
    /// <param name="cancellationToken">Ends the attempt; some messages may have been stored.</param>
    /// <exception cref="QueueException">At least one message was not stored, or its fate is unknown.</exception>
    Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken);
}
