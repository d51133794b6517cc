namespace Telemetry.Sending;

/// <summary>Counts events on their way through a client; safe for use by several threads at once, and every reading is exact.</summary>
internal sealed class SendCounters
{
    private readonly Lock _gate = new();
    private long _accepted;
    private long _sent;
    private long _dropped;
    private long _messages;
    private long _unreported;
    private long _sampledOut;

    /// <summary>Events that were accepted and are neither sent nor dropped.</summary>
    internal long Waiting
    {
        get
        {
            lock (_gate)
                return Volatile.Read(ref _accepted) - _sent - _dropped;
        }
    }

    /// <summary>Queue messages that carried the events sent.</summary>
    internal long Messages
    {
        get
        {
            lock (_gate)
                return _messages;
        }
    }

    /// <summary>All counts, as they were at one moment.</summary>
    internal (long Accepted, long Sent, long Dropped, long Messages, long SampledOut) Read()
    {
        lock (_gate)
            return (Volatile.Read(ref _accepted), _sent, _dropped, _messages, Volatile.Read(ref _sampledOut));
    }

    /// <summary>An event's trace is not kept: it was never accepted.</summary>
    internal void SampleOut() => Interlocked.Increment(ref _sampledOut);

    /// <summary>
    /// An event was accepted and waits from here on. Without the lock: a reading holds sent and dropped still while it looks
    /// at this, so its numbers are of one moment.
    /// </summary>
    internal void Accept() => Interlocked.Increment(ref _accepted);

    /// <summary>Waiting events were given up.</summary>
    internal void Drop(long events)
    {
        lock (_gate)
        {
            _dropped += events;
            _unreported += events;
        }
    }

    /// <summary>Waiting events were accepted by the queue.</summary>
    internal void Sent(int events, int messages)
    {
        lock (_gate)
        {
            _sent += events;
            _messages += messages;
        }
    }

    /// <summary>An event that never waited was accepted by the queue.</summary>
    internal void SentAtOnce(int messages)
    {
        lock (_gate)
        {
            Accept();
            _sent++;
            _messages += messages;
        }
    }

    /// <summary>Events dropped since the last call.</summary>
    internal long TakeUnreportedDrops()
    {
        lock (_gate)
        {
            var dropped = _unreported;
            _unreported = 0;
            return dropped;
        }
    }
}
