namespace Simulation.Broker;

/// <summary>A consumer as the broker sees it.</summary>
/// <param name="queue">What it consumes.</param>
/// <param name="prefetch">How much it may hold.</param>
/// <param name="nextTag">Counts the deliveries of its channel.</param>
/// <param name="send">Sends a delivery to it.</param>
internal sealed class BrokerConsumer(BrokerQueue queue, int prefetch, Func<ulong> nextTag, Action<ulong, BrokerMessage> send)
{
    public BrokerQueue Queue => queue;

    public int Prefetch => prefetch;

    /// <summary>Delivered and not settled, by delivery tag.</summary>
    public SortedDictionary<ulong, BrokerMessage> Unacknowledged { get; } = [];

    public void Deliver(BrokerMessage message)
    {
        var tag = nextTag();
        Unacknowledged.Add(tag, message);
        send(tag, message);
    }
}
