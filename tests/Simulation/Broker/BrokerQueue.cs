using Simulation.World;

namespace Simulation.Broker;

/// <summary>
/// A quorum queue with a single active consumer: the first that came, as long as it stays. Every message is ready or delivered and
/// unacknowledged.
/// </summary>
internal sealed class BrokerQueue(SimulatedWorld world, string name)
{
    // What a quorum queue hands to one consumer at most.
    private const int MostUnacknowledged = 2_000;

    private readonly LinkedList<BrokerMessage> _ready = [];
    private readonly List<BrokerConsumer> _consumers = [];

    public string Name => name;

    /// <summary>Ready or delivered.</summary>
    public int Count => _ready.Count + _consumersEver.Sum(consumer => consumer.Unacknowledged.Count);

    // A consumer that is cancelled keeps what it has until it settles it.
    private readonly List<BrokerConsumer> _consumersEver = [];

    public IEnumerable<BrokerMessage> Messages => _ready.Concat(_consumersEver.SelectMany(consumer => consumer.Unacknowledged.Values));

    public void Put(BrokerMessage message)
    {
        _ready.AddLast(message);
        Deliver();
    }

    public void Add(BrokerConsumer consumer)
    {
        _consumers.Add(consumer);
        _consumersEver.Add(consumer);
        Deliver();
    }

    /// <summary>Delivers nothing more to it.</summary>
    public void Cancel(BrokerConsumer consumer)
    {
        _consumers.Remove(consumer);
        Forget(consumer);
        Deliver();
    }

    /// <summary>Its connection is gone: what it holds goes to the next.</summary>
    public void Remove(BrokerConsumer consumer)
    {
        _consumers.Remove(consumer);
        Return(consumer, [.. consumer.Unacknowledged.Keys]);
        Forget(consumer);
        Deliver();
    }

    public BrokerMessage? Acknowledge(BrokerConsumer consumer, ulong tag)
    {
        consumer.Unacknowledged.Remove(tag, out var message);
        Forget(consumer);
        Deliver();
        return message;
    }

    public void Return(BrokerConsumer consumer, IReadOnlyList<ulong> tags)
    {
        var returned = new List<BrokerMessage>();
        foreach (var tag in tags)
        {
            if (consumer.Unacknowledged.Remove(tag, out var message))
                returned.Add(message);
        }

        // Where they go differs between releases of the broker.
        var toFront = world.Chance(0.7);
        if (toFront)
            returned.Reverse();
        foreach (var message in returned)
            _ = toFront ? _ready.AddFirst(message) : _ready.AddLast(message);
        Deliver();
    }

    private void Forget(BrokerConsumer consumer)
    {
        if (consumer.Unacknowledged.Count == 0 && !_consumers.Contains(consumer))
            _consumersEver.Remove(consumer);
    }

    private void Deliver()
    {
        while (_ready.First is { } first && _consumers is [var active, ..] && active.Unacknowledged.Count < Math.Min(active.Prefetch, MostUnacknowledged))
        {
            _ready.RemoveFirst();
            active.Deliver(first.Value);
        }
    }
}
