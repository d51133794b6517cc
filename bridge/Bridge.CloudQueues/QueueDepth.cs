using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>Asks a queue every 15 s for its number of messages.</summary>
internal sealed class QueueDepth(IQueueReceiver queue, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private long _last = -1;
    private long _asked;

    /// <summary>The last answer; -1 when there is none.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>When the queue was last asked; ticks of UTC.</summary>
    public long Asked => Volatile.Read(ref _asked);

    /// <summary>Asks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                Volatile.Write(ref _asked, clock.GetUtcNow().UtcTicks);
                Volatile.Write(ref _last, await queue.GetDepthAsync(cancellationToken));
            }
            catch (Exception e)
            {
                // Receiving logs the queue's errors, so here the depth is only unknown.
                Volatile.Write(ref _last, -1);
                if (e is not QueueException)
                    throw;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
