using Telemetry.Queues;

namespace Bridge.Commands;

/// <summary>A sender that remembers a refusal which trying again cannot cure.</summary>
internal sealed class WatchedSender(IQueueSender inner) : IQueueSender
{
    private volatile QueueException? _refusal;

    /// <summary>The refusal; null while there was none.</summary>
    public QueueException? Refusal => _refusal;

    public ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken) => inner.GetLimitsAsync(cancellationToken);

    public async Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        try
        {
            await inner.SendAsync(messages, cancellationToken);
        }
        catch (QueueException exception) when (!exception.Failure.IsTransient)
        {
            _refusal = exception;
            throw;
        }
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
