using RabbitMQ.Client;
using Simulation.World;

namespace Simulation.Broker;

/// <summary>A channel as the broker sees it: counts publishes, confirms them in its own time, and holds what its consumers have.</summary>
internal sealed class BrokerChannel(SimulatedWorld world, BrokerSession session, int number)
{
    private readonly SortedDictionary<ulong, BrokerMessage> _unanswered = [];
    private readonly HashSet<ulong> _kept = [];
    private readonly Dictionary<string, BrokerConsumer> _consumers = new(StringComparer.Ordinal);
    private readonly List<BrokerConsumer> _cancelled = [];
    private ulong _lastPublish;
    private ulong _lastDelivery;
    private bool _isClosed;
    private bool _answering;

    public void Publish(SimulatedChannel client, string exchange, string routingKey, BrokerMessage message) => session.Publish(() =>
    {
        if (_isClosed)
            return;
        var sequence = ++_lastPublish;
        _unanswered.Add(sequence, message);
        if (!session.Broker.Routes(exchange, routingKey))
        {
            session.Send(() => client.OnReturned(message, exchange, routingKey));
            _unanswered.Remove(sequence);
            session.Send(() => client.OnRefused(message, () => client.OnAcknowledged([], sequence, multiple: false)));
            return;
        }

        var troubles = session.Broker.Troubles;
        var late = world.Chance(troubles.ConfirmLate);
        world.After(late ? world.Milliseconds(1_000, 60_000) : world.Milliseconds(1, 40), () => Decide(client, sequence, troubles));
    });

    public void Consume(SimulatedChannel client, string queue, string tag, int prefetch)
    {
        var from = session.Broker.FindQueue(queue) ?? throw new BrokerRefusalException(404, $"NOT_FOUND - no queue '{queue}'");
        var consumer = new BrokerConsumer(
            from, prefetch, () => ++_lastDelivery, (delivery, message) => session.Send(() => client.OnDelivered(tag, delivery, message)));
        _consumers.Add(tag, consumer);
        world.Note($"{session.Replica} consumes {queue}");
        from.Add(consumer);
    }

    public void Cancel(string tag)
    {
        if (!_consumers.Remove(tag, out var consumer))
            return;
        _cancelled.Add(consumer);
        world.Note($"{session.Replica} lets go of {consumer.Queue.Name} holding {consumer.Unacknowledged.Count}");
        consumer.Queue.Cancel(consumer);
    }

    public void Acknowledge(ulong delivery)
    {
        if (_isClosed)
            return;
        if (HolderOf(delivery) is { } consumer && consumer.Queue.Acknowledge(consumer, delivery) is { } message)
        {
            world.Note($"{session.Replica} acknowledges {message.MessageId}");
            session.Broker.Rules.OnAcknowledged(message, session.Replica);
        }
        else
        {
            world.Break($"{session.Replica} settles delivery {delivery} of channel {number}, which it does not hold");
        }
    }

    public void Return(ulong delivery)
    {
        if (_isClosed)
            return;
        if (HolderOf(delivery) is { } consumer)
            consumer.Queue.Return(consumer, [delivery]);
        else
            world.Break($"{session.Replica} returns delivery {delivery} of channel {number}, which it does not hold");
    }

    public void Close()
    {
        _isClosed = true;
        foreach (var consumer in _consumers.Values.Concat(_cancelled).ToList())
            consumer.Queue.Remove(consumer);
        _consumers.Clear();
        _cancelled.Clear();
    }

    private BrokerConsumer? HolderOf(ulong delivery) =>
        _consumers.Values.Concat(_cancelled).FirstOrDefault(consumer => consumer.Unacknowledged.ContainsKey(delivery));

    // What has arrived before a connection is lost may be kept all the same, or be forgotten.
    private void Decide(SimulatedChannel client, ulong sequence, BrokerTroubles troubles)
    {
        if (!_unanswered.TryGetValue(sequence, out var message) || (_isClosed && world.Chance(0.5)))
            return;
        if (world.Chance(troubles.Nacked))
        {
            _unanswered.Remove(sequence);
            world.Note($"{message.MessageId} is nacked");
            session.Send(() => client.OnRefused(message, () => client.OnNacked(sequence)));
            return;
        }

        session.Broker.Keep(message);
        if (world.Chance(troubles.ConfirmLost))
            return;
        _kept.Add(sequence);
        if (_answering)
            return;
        _answering = true;
        world.After(world.Milliseconds(0, 5), () => Answer(client));
    }

    // Several at once where they stand together at the beginning, each by itself behind a gap.
    private void Answer(SimulatedChannel client)
    {
        _answering = false;
        var together = _unanswered.TakeWhile(entry => _kept.Contains(entry.Key)).ToList();
        if (together.Count > 1)
            Answer(client, together, multiple: true);
        foreach (var entry in _unanswered.Where(entry => _kept.Contains(entry.Key)).ToList())
            Answer(client, [entry], multiple: false);
    }

    private void Answer(SimulatedChannel client, List<KeyValuePair<ulong, BrokerMessage>> kept, bool multiple)
    {
        foreach (var (sequence, _) in kept)
        {
            _unanswered.Remove(sequence);
            _kept.Remove(sequence);
        }

        session.Send(() => client.OnAcknowledged([.. kept.Select(entry => entry.Value)], kept[^1].Key, multiple));
    }
}
