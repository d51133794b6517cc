namespace Telemetry.Sending;

/// <summary>Counts events on their way through a client; safe for use by several threads at once.</summary>
internal sealed class SendCounters
{
    private long _accepted;
    private long _sent;
    private long _dropped;
    private long _messages;
    private long _unreported;

    internal TelemetryStatistics Current => new(
        Interlocked.Read(ref _accepted), Interlocked.Read(ref _sent), Interlocked.Read(ref _dropped), Interlocked.Read(ref _messages));

    /// <summary>Events that have left the client, one way or the other.</summary>
    internal long Settled => Interlocked.Read(ref _sent) + Interlocked.Read(ref _dropped);

    internal void Accept() => Interlocked.Increment(ref _accepted);

    /// <summary>Takes an acceptance back: its sender was told that it failed.</summary>
    internal void Withdraw() => Interlocked.Decrement(ref _accepted);

    internal void Drop(int events)
    {
        Interlocked.Add(ref _dropped, events);
        Interlocked.Add(ref _unreported, events);
    }

    internal void Sent(int events, int messages)
    {
        Interlocked.Add(ref _messages, messages);
        Interlocked.Add(ref _sent, events);
    }

    /// <summary>Events dropped since the last call.</summary>
    internal long TakeUnreportedDrops() => Interlocked.Exchange(ref _unreported, 0);
}
