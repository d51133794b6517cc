using Microsoft.Extensions.Logging;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>Keeps the leases of one queue's messages in work alive, and knows the oldest of them.</summary>
internal sealed class LeaseRenewal(QueueEndpoint queue, QueueMetrics metrics, ILogger log, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const int AtATime = 16;

    // Its order depends on nothing but its history, so that a simulated run can be repeated.
    private readonly HashSet<LeasedMessage> _inWork = [];
    private readonly Lock _gate = new();

    /// <summary>Takes a message under its care.</summary>
    public void Add(LeasedMessage message)
    {
        lock (_gate)
            _inWork.Add(message);
    }

    /// <summary>Lets a message go.</summary>
    public void Remove(LeasedMessage message)
    {
        lock (_gate)
            _inWork.Remove(message);
    }

    /// <summary>Seconds since the oldest message in work was enqueued; 0 when there is none.</summary>
    public double OldestAge()
    {
        var oldest = DateTimeOffset.MaxValue;
        foreach (var message in InWork())
            oldest = message.Message.EnqueuedAt < oldest ? message.Message.EnqueuedAt : oldest;
        return oldest == DateTimeOffset.MaxValue ? 0 : Math.Max(0, (clock.GetUtcNow() - oldest).TotalSeconds);
    }

    /// <summary>Renews until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        while (await timer.WaitForNextTickAsync(cancellationToken))
            await Parallel.ForEachAsync(InWork(), parallel, RenewAsync);
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
                metrics.CountLeaseLost(queue);
                ReceiveLog.LeaseLost(log, queue, message.Message.Id);
            }
        }
        catch (QueueException e)
        {
            ReceiveLog.RenewalFailed(log, message.Message.Id, e.Message);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // A failure for one message must not stop the renewal of the others.
            ReceiveLog.RenewalFailedUnexpectedly(log, e, message.Message.Id);
        }
    }
}
