using Bridge.Core.Running;
using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;
using Telemetry.Governance;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>Renews the leases of one queue's received messages until each message is settled.</summary>
internal sealed class QueueLeases(
    IQueueReceiver queue,
    SourceName name,
    TimeSpan lease,
    DeleteBatcher deletes,
    QueueMetrics metrics,
    ILogger log,
    TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const int MaxConcurrentRenewals = 16;

    // Its order depends only on the order of additions and removals, so a simulated run can be repeated.
    private readonly HashSet<LeasedMessage> _inWork = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource? _allSettled;

    /// <summary>Name of the queue.</summary>
    public SourceName Name => name;

    /// <summary>Seconds since the oldest leased message was enqueued; 0 when there is none.</summary>
    public double OldestAge()
    {
        var oldest = DateTimeOffset.MaxValue;
        foreach (var message in InWork())
            oldest = message.Message.EnqueuedAt < oldest ? message.Message.EnqueuedAt : oldest;
        return oldest == DateTimeOffset.MaxValue ? 0 : Math.Max(0, (clock.GetUtcNow() - oldest).TotalSeconds);
    }

    /// <summary>Begins to renew a message's lease.</summary>
    public LeasedMessage Begin(ReceivedMessage message)
    {
        metrics.CountReceived(name, message);
        var leased = new LeasedMessage(this, queue, message, lease, clock);
        lock (_gate)
            _inWork.Add(leased);
        return leased;
    }

    /// <summary>Renews until cancelled.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = MaxConcurrentRenewals,
            CancellationToken = cancellationToken,
        };
        while (await timer.WaitForNextTickAsync(cancellationToken))
            await Parallel.ForEachAsync(InWork(), parallel, RenewAsync);
    }

    /// <summary>Completes when no message is leased.</summary>
    public Task WhenAllSettledAsync()
    {
        lock (_gate)
        {
            if (_inWork.Count == 0)
                return Task.CompletedTask;
            _allSettled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _allSettled.Task;
        }
    }

    /// <summary>Deletes or releases a message. A failure is logged; the queue then delivers the message again.</summary>
    /// <param name="leased">The message.</param>
    /// <param name="outcome">The result of its processing.</param>
    public async ValueTask SettleAsync(LeasedMessage leased, Outcome outcome)
    {
        try
        {
            var message = await leased.EndAsync();
            if (outcome.Kind is OutcomeKind.Retry)
                await ReleaseAsync(leased, message, outcome.Delay);
            else
                await DeleteAsync(message);
        }
        finally
        {
            End(leased);
        }
    }

    private void End(LeasedMessage leased)
    {
        metrics.RecordProcessed(name, leased.Elapsed);
        lock (_gate)
        {
            _inWork.Remove(leased);
            if (_inWork.Count == 0)
                _allSettled?.TrySetResult();
        }
    }

    private LeasedMessage[] InWork()
    {
        lock (_gate)
            return [.. _inWork];
    }

    private async ValueTask RenewAsync(LeasedMessage message, CancellationToken cancellationToken)
    {
        try
        {
            if (await message.RenewIfDueAsync(cancellationToken))
            {
                metrics.CountLeaseLost(name);
                ReceiveLog.LeaseLost(log, name, message.Message.Id);
            }
        }
        catch (QueueException e)
        {
            ReceiveLog.RenewalFailed(log, message.Message.Id, e.Message);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // The failure for one message must not stop the renewal of others.
            ReceiveLog.RenewalFailedUnexpectedly(log, e, message.Message.Id);
        }
    }

    private async Task DeleteAsync(ReceivedMessage message)
    {
        try
        {
            if (await deletes.DeleteAsync(message))
                metrics.CountDeleted(name, 1);
            else
                metrics.CountLeaseLost(name);
        }
        catch (Exception e) when (e is QueueException or OperationCanceledException)
        {
            ReceiveLog.DeleteFailed(log, message.Id, FailureText.Of(e));
        }
        catch (Exception e)
        {
            ReceiveLog.SettlingFailedUnexpectedly(log, e, message.Id);
        }
    }

    private async Task ReleaseAsync(LeasedMessage leased, ReceivedMessage message, TimeSpan delay)
    {
        metrics.CountAbandoned(name);
        try
        {
            if (!leased.IsLost)
                await queue.ReleaseAsync(message, delay, CancellationToken.None);
        }
        catch (QueueException e)
        {
            ReceiveLog.RenewalFailed(log, message.Id, e.Message);
        }
        catch (Exception e)
        {
            ReceiveLog.SettlingFailedUnexpectedly(log, e, message.Id);
        }
    }
}
