using Telemetry.Queues;

namespace Telemetry.Tests.Sending;

/// <summary>Ends its first call as cancelled though nobody cancelled it, as an HTTP client's own time-out does; then takes everything.</summary>
internal sealed class CancellingQueue : IQueueSender
{
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    /// <summary>Completes when a call succeeded.</summary>
    public Task Taken => _taken.Task;

    public ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken) => new(QueueLimits.Sqs);

    public Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _calls) == 1)
            throw new TaskCanceledException("the request timed out");
        _taken.TrySetResult();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
