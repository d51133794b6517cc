using Telemetry.Queues;

namespace Bridge.Tools.Send;

/// <summary>A sender that remembers a permanent refusal, after which a further attempt is useless.</summary>
internal sealed class WatchedSender(IQueueSender inner) : IQueueSender
{
    private volatile QueueException? _refusal;

    /// <summary>The refusal; null when there was none.</summary>
    public QueueException? Refusal => _refusal;

    public ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken) =>
        new(WatchAsync(() => inner.GetLimitsAsync(cancellationToken).AsTask()));

    public Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken) =>
        WatchAsync(async () =>
        {
            await inner.SendAsync(messages, cancellationToken);
            return true;
        });

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task<T> WatchAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (QueueException exception) when (!exception.Failure.IsTransient)
        {
            _refusal = exception;
            throw;
        }
    }
}
