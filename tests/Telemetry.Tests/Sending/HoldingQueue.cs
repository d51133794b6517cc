using System.Collections.Concurrent;
using Telemetry.Queues;

namespace Telemetry.Tests.Sending;

/// <summary>Takes every message, but the first call waits until it is let go.</summary>
internal sealed class HoldingQueue : IQueueSender
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    /// <summary>Completes when the first call is waiting.</summary>
    public Task Entered => _entered.Task;

    /// <summary>Messages taken.</summary>
    public ConcurrentQueue<byte[]> Messages { get; } = [];

    public void LetGo() => _letGo.TrySetResult();

    public ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken) => new(QueueLimits.Sqs);

    public async Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _calls) == 1)
        {
            _entered.SetResult();
            await _letGo.Task.WaitAsync(cancellationToken);
        }

        foreach (var message in messages)
            Messages.Enqueue(message.ToArray());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
