using System.Threading.Channels;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>Collects the deletes of one queue while others are under way, so that a busy queue deletes ten with a call.</summary>
/// <param name="queue">Where to delete.</param>
/// <param name="atATime">Calls under way at most: as many as receive calls, since a queue that is far away takes as long for either.</param>
internal sealed class DeleteBatcher(IQueueReceiver queue, int atATime)
{
    private const int BatchSize = 10;

    private readonly Channel<Pending> _pending = Channel.CreateUnbounded<Pending>();

    /// <summary>Deletes a message.</summary>
    /// <returns>False when its lease was lost: it will be received again.</returns>
    /// <exception cref="QueueException">It may not be deleted, and will then be received again.</exception>
    public Task<bool> DeleteAsync(ReceivedMessage message)
    {
        var pending = new Pending(message);
        _pending.Writer.TryWrite(pending);
        return pending.Deleted.Task;
    }

    /// <summary>Deletes until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, atATime).Select(_ => DeleteBatchesAsync(cancellationToken)));

    /// <summary>Fails all pending deletes; nothing can be deleted from now on.</summary>
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
