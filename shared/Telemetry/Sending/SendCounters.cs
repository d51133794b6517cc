namespace Telemetry.Sending;

/// <summary>Counts events on their way through a client; safe for use by several threads at once.</summary>
internal sealed class SendCounters
{
    private long _accepted;
    private long _sent;
    private long _dropped;
    private long _messages;
    private long _unreported;
    private long _buffered;
    private long _left;

    internal TelemetryStatistics Current => new(
        Interlocked.Read(ref _accepted), Interlocked.Read(ref _sent), Interlocked.Read(ref _dropped), Interlocked.Read(ref _messages));

    /// <summary>Events put into the buffer so far.</summary>
    internal long Buffered => Interlocked.Read(ref _buffered);

    /// <summary>
    /// Of those, the events that have left the client, one way or the other. Events that never were in the buffer do not
    /// count: they overtake it, and a flush that waits for a number must not take them for its own.
    /// </summary>
    internal long Left => Interlocked.Read(ref _left);

    internal void Accept() => Interlocked.Increment(ref _accepted);

    /// <summary>Accepts an event for the buffer; called before it is appended, so that it cannot leave uncounted.</summary>
    internal void AcceptBuffered()
    {
        Interlocked.Increment(ref _accepted);
        Interlocked.Increment(ref _buffered);
    }

    /// <summary>Says that the event just accepted did not get into the buffer; it stays accepted.</summary>
    internal void Unbuffer() => Interlocked.Decrement(ref _buffered);

    /// <summary>Takes an acceptance back: its sender was told that it failed.</summary>
    internal void Withdraw() => Interlocked.Decrement(ref _accepted);

    internal void Drop(int events)
    {
        Interlocked.Add(ref _dropped, events);
        Interlocked.Add(ref _unreported, events);
    }

    internal void DropBuffered(int events)
    {
        Drop(events);
        Interlocked.Add(ref _left, events);
    }

    internal void Sent(int events, int messages)
    {
        Interlocked.Add(ref _messages, messages);
        Interlocked.Add(ref _sent, events);
    }

    internal void SentBuffered(int events, int messages)
    {
        Sent(events, messages);
        Interlocked.Add(ref _left, events);
    }

    /// <summary>Events dropped since the last call.</summary>
    internal long TakeUnreportedDrops() => Interlocked.Exchange(ref _unreported, 0);
}
