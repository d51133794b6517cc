namespace Telemetry.Queues;

/// <summary>
/// The receiving half of a cloud queue. Every operation retries throttling and server errors with jittered back-off.
/// </summary>
public interface IQueueReceiver : IAsyncDisposable
{
    /// <summary>The queue this receives from.</summary>
    QueueEndpoint Endpoint { get; }

    /// <summary>Messages that one receive call returns at most.</summary>
    int MaxReceive { get; }

    /// <summary>
    /// Takes up to <paramref name="max"/> messages under a lease, waiting up to <paramref name="wait"/> for the first one.
    /// </summary>
    /// <remarks>
    /// Cancellation does not end a call to the service that may lease messages, since nobody would see what it leased until the
    /// lease ends. So a cancelled receive ends between two calls, at once, or with the current call and what that
    /// brings: on SQS after the whole wait, on Azure, which has no long poll, after one call. Whoever cannot wait for a service
    /// that does not answer leaves the task to itself.
    /// </remarks>
    /// <param name="max">1 to <see cref="MaxReceive"/>.</param>
    /// <param name="lease">How long the messages stay invisible to others; whole seconds, at least one.</param>
    /// <param name="wait">How long to wait for a message; zero asks once. SQS allows 20 s.</param>
    /// <param name="cancellationToken">Ends the wait, as the remarks say.</param>
    /// <returns>The messages, also after a cancellation; empty when the wait passed.</returns>
    /// <exception cref="OperationCanceledException">Cancelled between two calls: nothing is leased.</exception>
    /// <exception cref="QueueException">The queue refused or did not answer.</exception>
    Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int max, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>Extends a lease to <paramref name="lease"/> from now.</summary>
    /// <returns>The message with its new receipt and lease start, or null when the lease is lost.</returns>
    /// <exception cref="QueueException">The queue refused or did not answer; the old receipt may no longer hold.</exception>
    Task<ReceivedMessage?> RenewAsync(ReceivedMessage message, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Deletes messages whose work is done, in as few calls as the cloud allows.</summary>
    /// <returns>Those that were not deleted because their lease is lost; they will be received again.</returns>
    /// <exception cref="QueueException">The queue refused or did not answer; any of the messages may remain.</exception>
    Task<IReadOnlyList<ReceivedMessage>> DeleteAsync(
        IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a lease early: the message becomes visible again after <paramref name="delay"/>. A lost lease is no error.
    /// </summary>
    /// <exception cref="QueueException">The queue refused or did not answer; the message returns when its lease ends.</exception>
    Task ReleaseAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>About how many messages are stored, in flight ones included.</summary>
    /// <exception cref="QueueException">The queue could not be asked.</exception>
    Task<long> GetDepthAsync(CancellationToken cancellationToken);

    /// <summary>Creates the queue if it is missing.</summary>
    /// <exception cref="QueueException">The queue could not be created.</exception>
    Task CreateIfMissingAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Tries each operation that receiving needs without taking a message out of the queue.
    /// Never throws for what it is there to find.
    /// </summary>
    /// <returns>One finding an operation, in order; it stops early where the rest could not succeed.</returns>
    Task<IReadOnlyList<QueueFinding>> CheckAsync(CancellationToken cancellationToken);
}
