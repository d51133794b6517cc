using Telemetry.Queues;

namespace Benchmarks;

/// <summary>A queue that takes everything at once and keeps nothing: only the sending side is measured.</summary>
internal sealed class DiscardingQueue : IQueueSender
{
    public ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken) => ValueTask.FromResult(QueueLimits.Sqs);

    public Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
