using System.Collections.Concurrent;
using Bridge.Diagnostics;
using Microsoft.Extensions.Logging;
using Telemetry.Queues;

namespace Bridge.Receive;

/// <summary>Keeps the leases of one queue's messages in work alive, and knows the oldest of them.</summary>
internal sealed class LeaseRenewal(QueueEndpoint queue, BridgeMetrics metrics, ILogger log, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const int AtATime = 16;

    private readonly ConcurrentDictionary<LeasedMessage, bool> _inWork = [];

    /// <summary>Messages in work.</summary>
    public int Count => _inWork.Count;

    /// <summary>Takes a message under its care.</summary>
    public void Add(LeasedMessage message) => _inWork[message] = true;

    /// <summary>Lets a message go.</summary>
    public void Remove(LeasedMessage message) => _inWork.TryRemove(message, out _);

    /// <summary>Seconds since the oldest message in work was enqueued; 0 when there is none.</summary>
    public double OldestAge()
    {
        var oldest = DateTimeOffset.MaxValue;
        foreach (var (message, _) in _inWork)
            oldest = message.Message.EnqueuedAt < oldest ? message.Message.EnqueuedAt : oldest;
        return oldest == DateTimeOffset.MaxValue ? 0 : Math.Max(0, (clock.GetUtcNow() - oldest).TotalSeconds);
    }

    /// <summary>Renews until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        while (await timer.WaitForNextTickAsync(cancellationToken))
            await Parallel.ForEachAsync(_inWork.Keys, parallel, RenewAsync);
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
    }
}
