using System.Threading.Channels;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>
/// Collects the deletes of one queue while earlier calls run, so that a busy queue deletes ten messages with one call.
/// </summary>
/// <param name="queue">The queue.</param>
/// <param name="maxCalls">
/// Maximum concurrent calls. Use the number of receive calls, since both kinds take equally long to a distant queue.
/// </param>
internal sealed class DeleteBatcher(IQueueReceiver queue, int maxCalls)
{
    private const int BatchSize = 10;

    private readonly Channel<Pending> _pending = Channel.CreateUnbounded<Pending>();

    /// <summary>Deletes a message.</summary>
    /// <returns>False when the lease was lost. The queue then delivers the message again.</returns>
    /// <exception cref="QueueException">
    /// The delete failed. Unless it took effect, the queue delivers the message again.
    /// </exception>
    public Task<bool> DeleteAsync(ReceivedMessage message)
    {
        var pending = new Pending(message);
        _pending.Writer.TryWrite(pending);
        return pending.Deleted.Task;
    }

    /// <summary>Deletes until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, maxCalls).Select(_ => DeleteBatchesAsync(cancellationToken)));

    /// <summary>Cancels all pending deletes and accepts no more.</summary>
    public void Cancel()
    {
        _pending.Writer.TryComplete();
        while (_pending.Reader.TryRead(out var left))
            left.Deleted.TrySetCanceled();
    }

    private async Task DeleteBatchesAsync(CancellationToken cancellationToken)
    {
        var batch = new List<Pending>(BatchSize);
        while (await _pending.Reader.WaitToReadAsync(cancellationToken))
        {
            while (batch.Count < BatchSize && _pending.Reader.TryRead(out var pending))
                batch.Add(pending);
            if (batch.Count > 0)
                await DeleteBatchAsync(batch, cancellationToken);
            batch.Clear();
        }
    }

    private async Task DeleteBatchAsync(List<Pending> batch, CancellationToken cancellationToken)
    {
        try
        {
            var lost = await queue.DeleteAsync([.. batch.Select(pending => pending.Message)], cancellationToken);
            foreach (var pending in batch)
                pending.Deleted.TrySetResult(!lost.Contains(pending.Message));
        }
        catch (Exception e)
        {
            foreach (var pending in batch)
                pending.Deleted.TrySetException(e);
        }
    }

    private sealed record Pending(ReceivedMessage Message)
    {
        public TaskCompletionSource<bool> Deleted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
