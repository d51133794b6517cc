using RabbitMQ.Client;
using Simulation.World;

namespace Simulation.Broker;

/// <summary>
/// The broker: an exchange whose bindings lead to one queue that nobody reads, chunk queues, the dead-letter queue. It keeps what it
/// has confirmed, whatever happens to it; what it has not, it may forget.
/// </summary>
internal sealed class SimulatedBroker(SimulatedWorld world, IBrokerRules rules)
{
    /// <summary>The company's exchange.</summary>
    public const string Exchange = "telemetry";

    /// <summary>Routing keys that begin so lead nowhere.</summary>
    public const string Unbound = "unbound";

    private readonly Dictionary<string, BrokerQueue> _queues = new(StringComparer.Ordinal);
    private readonly List<BrokerSession> _sessions = [];
    private TimeSpan _frozenUntil;
    private bool _isDown;

    public IBrokerRules Rules => rules;

    /// <summary>Changed while a run goes on.</summary>
    public BrokerTroubles Troubles { get; set; } = BrokerTroubles.None;

    /// <summary>True while an alarm blocks publishers.</summary>
    public bool IsAlarmed { get; private set; }

    public IEnumerable<BrokerQueue> Queues => _queues.Values;

    /// <summary>Until when nothing moves.</summary>
    public TimeSpan FrozenUntil => _frozenUntil;

    /// <summary>True when a connection comes about now.</summary>
    public bool Accepts => !_isDown && world.Now >= _frozenUntil;

    public BrokerSession Open(SimulatedConnection client, string replica)
    {
        var session = new BrokerSession(world, this, client, replica);
        _sessions.Add(session);
        return session;
    }

    public void Close(BrokerSession session) => _sessions.Remove(session);

    public BrokerQueue? FindQueue(string name) => _queues.GetValueOrDefault(name);

    public void Declare(string name) => _queues.TryAdd(name, new BrokerQueue(world, name));

    /// <summary>True when a message leads somewhere.</summary>
    public bool Routes(string exchange, string routingKey) =>
        exchange.Length == 0 ? _queues.ContainsKey(routingKey) : !routingKey.StartsWith(Unbound, StringComparison.Ordinal);

    public void Keep(BrokerMessage message)
    {
        rules.OnKept(message);
        FindQueue(message.Place)?.Put(message);
    }

    /// <summary>Neither reads nor writes for a while.</summary>
    public void Freeze(TimeSpan length)
    {
        world.Note($"the broker is frozen for {length:c}");
        _frozenUntil = world.Now + length;
    }

    /// <summary>Dies and comes back.</summary>
    public void Crash(TimeSpan length)
    {
        world.Note($"the broker is down for {length:c}");
        _isDown = true;
        IsAlarmed = false;
        CloseAll("the broker is gone");
        world.After(length, () => _isDown = false);
    }

    /// <summary>Blocks publishers for a while.</summary>
    public void Alarm(TimeSpan length)
    {
        world.Note($"an alarm blocks publishers for {length:c}");
        IsAlarmed = true;
        world.After(length, () =>
        {
            IsAlarmed = false;
            foreach (var session in _sessions.ToList())
                session.Unblock();
        });
    }

    /// <summary>Closes every connection.</summary>
    public void CloseAll(string reason)
    {
        foreach (var session in _sessions.ToList())
            session.Close(320, reason);
    }
}
