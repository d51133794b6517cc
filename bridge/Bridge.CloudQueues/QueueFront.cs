using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>
/// Knows about how old the oldest message is that waits in a queue, without asking: a receive that came back with room to spare had
/// taken all there was, and one that came back full shows how old the front is.
/// </summary>
internal sealed class QueueFront(TimeProvider clock)
{
    // What waits was accepted at this time or later; ticks of UTC.
    private long _since = clock.GetUtcNow().UtcTicks;
    private long _emptied;

    /// <summary>Learns from a receive call.</summary>
    /// <param name="asked">When it was made.</param>
    /// <param name="messages">What it brought.</param>
    /// <param name="isFull">True when it brought as many as a call takes.</param>
    public void Note(DateTimeOffset asked, IReadOnlyList<ReceivedMessage> messages, bool isFull)
    {
        var since = isFull ? messages.Min(message => message.EnqueuedAt) : asked;
        Volatile.Write(ref _since, since.UtcTicks);
        if (!isFull)
            Volatile.Write(ref _emptied, asked.UtcTicks);
    }

    /// <summary>Seconds that the oldest waiting message has been there, at most; 0 for an empty queue.</summary>
    /// <param name="depth">Messages stored.</param>
    /// <param name="counted">When they were counted, ticks of UTC: what was counted before a receive took all is known to be gone.</param>
    public double Age(long depth, long counted) =>
        depth <= 0 || counted <= Volatile.Read(ref _emptied) ? 0 : Math.Max(0, (clock.GetUtcNow().UtcTicks - Volatile.Read(ref _since)) / (double)TimeSpan.TicksPerSecond);
}
