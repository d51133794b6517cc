namespace Telemetry.Sending;

/// <summary>
/// Counts events on their way through a client; safe for use by several threads at once, and every reading is exact.
/// </summary>
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

    /// <summary>Counts an event whose trace is not kept; it does not count as accepted.</summary>
    internal void SampleOut() => Interlocked.Increment(ref _sampledOut);

    /// <summary>
    /// Counts an accepted event, which waits from now on. This needs no lock: a reader holds the lock while it reads all counts,
    /// so sent and dropped cannot change meanwhile.
    /// </summary>
    internal void Accept() => Interlocked.Increment(ref _accepted);

    /// <summary>Counts waiting events that were dropped.</summary>
    internal void Drop(long events)
    {
        lock (_gate)
        {
            _dropped += events;
            _unreported += events;
        }
    }

    /// <summary>Counts waiting events that the queue has accepted.</summary>
    internal void Sent(int events, int messages)
    {
        lock (_gate)
        {
            _sent += events;
            _messages += messages;
        }
    }

    /// <summary>Counts an event that was sent at once and that the queue has accepted.</summary>
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
