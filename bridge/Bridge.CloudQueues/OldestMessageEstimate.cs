using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>
/// Estimates the age of the oldest message that waits in a queue, without a request of its own. A receive call that returned
/// fewer messages than it allowed has emptied the queue. A call that returned all it allowed shows how old the first messages
/// are.
/// </summary>
internal sealed class OldestMessageEstimate(TimeProvider clock)
{
    // Every waiting message was enqueued at this time or later; ticks of UTC.
    private long _since = clock.GetUtcNow().UtcTicks;
    private long _emptied;

    /// <summary>Records a receive call.</summary>
    /// <param name="asked">When the call began.</param>
    /// <param name="messages">The messages that it returned.</param>
    /// <param name="isFull">True when it returned as many messages as a call may.</param>
    public void Note(DateTimeOffset asked, IReadOnlyList<ReceivedMessage> messages, bool isFull)
    {
        var since = isFull ? messages.Min(message => message.EnqueuedAt) : asked;
        Volatile.Write(ref _since, since.UtcTicks);
        if (!isFull)
            Volatile.Write(ref _emptied, asked.UtcTicks);
    }

    /// <summary>Upper bound for the age of the oldest waiting message, in seconds; 0 for an empty queue.</summary>
    /// <param name="depth">Number of messages in the queue.</param>
    /// <param name="counted">
    /// When they were counted, ticks of UTC. Messages counted before a call that emptied the queue are no longer there.
    /// </param>
    public double Age(long depth, long counted)
    {
        if (depth <= 0 || counted <= Volatile.Read(ref _emptied))
            return 0;
        var age = TimeSpan.FromTicks(clock.GetUtcNow().UtcTicks - Volatile.Read(ref _since));
        return Math.Max(0, age.TotalSeconds);
    }
}
