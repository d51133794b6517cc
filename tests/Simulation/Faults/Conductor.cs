using Simulation.Broker;
using Simulation.Queues;
using Simulation.Replicas;
using Simulation.World;

namespace Simulation.Faults;

/// <summary>
/// Lets things go wrong for a while. Each run has only some kinds of trouble, each more or less often: troubles of all kinds at once
/// would hide what one of them does alone.
/// </summary>
internal sealed class Conductor
{
    // What an orchestrator grants between SIGTERM and SIGKILL.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);
    private const int MostReplicas = 4;

    private readonly SimulatedWorld _world;
    private readonly SimulatedBroker _broker;
    private readonly IReadOnlyList<SimulatedQueue> _queues;
    private readonly Func<string, SimulatedReplica> _create;
    private readonly List<SimulatedReplica> _replicas = [];
    private int _born;

    public Conductor(SimulatedWorld world, SimulatedBroker broker, IReadOnlyList<SimulatedQueue> queues, Func<string, SimulatedReplica> create)
    {
        _world = world;
        _broker = broker;
        _queues = queues;
        _create = create;
    }

    /// <summary>Replicas that live, the stopping ones included.</summary>
    public IEnumerable<SimulatedReplica> Living => _replicas.Where(replica => !replica.IsDead);

    /// <summary>Faults so far.</summary>
    public int Faults { get; private set; }

    private List<SimulatedReplica> Up => [.. _replicas.Where(replica => replica.IsUp)];

    /// <summary>Starts the first replicas, and plans the troubles of the time to come; behind it all is well.</summary>
    public void Plan(TimeSpan during)
    {
        for (var replicas = _world.Random.Next(1, 4); replicas > 0; replicas--)
            StartOne();
        foreach (var trouble in Troubles())
        {
            if (!_world.Chance(0.5))
                continue;
            for (var times = _world.Random.Next(1, 5); times > 0; times--)
            {
                _world.After(during * _world.Random.NextDouble(), () =>
                {
                    Faults++;
                    trouble();
                });
            }
        }

        _world.After(during, Heal);
    }

    private IEnumerable<Action> Troubles() =>
    [
        () => TroubleQueue(new QueueTroubles { Refused = _world.Random.NextDouble() }),
        () => TroubleQueue(new QueueTroubles { AnswerLost = 0.5 * _world.Random.NextDouble() }),
        () => TroubleQueue(new QueueTroubles { AnswerLate = 0.5 * _world.Random.NextDouble() }),
        () => TroubleQueue(new QueueTroubles { PartialDelete = _world.Random.NextDouble() }),
        () => TroubleQueue(new QueueTroubles { DeliveredTwice = 0.3 * _world.Random.NextDouble() }),
        () => TroubleBroker(new BrokerTroubles { Nacked = _world.Chance(0.3) ? 1 : 0.3 * _world.Random.NextDouble() }),
        () => TroubleBroker(new BrokerTroubles { ConfirmLost = 0.1 * _world.Random.NextDouble() }),
        () => TroubleBroker(new BrokerTroubles { ConfirmLate = 0.3 * _world.Random.NextDouble() }),
        () => TroubleBroker(new BrokerTroubles { CallRefused = 0.5 * _world.Random.NextDouble() }),
        () => _broker.Crash(_world.Milliseconds(0, 90_000)),
        () => _broker.Freeze(_world.Milliseconds(0, 90_000)),
        () => _broker.Alarm(_world.Milliseconds(0, 90_000)),
        () => _broker.CloseAll("CONNECTION_FORCED"),
        CloseOne,
        CutOne,
        Kill,
        Kill,
        Stop,
        () => StartOne(),
    ];

    private void StartOne()
    {
        if (Living.Count() >= MostReplicas)
            return;
        var replica = _create($"replica-{++_born}");
        _replicas.Add(replica);
        replica.Start();
    }

    private void Kill()
    {
        if (Any(Up) is not { } replica)
            return;
        replica.Kill(isNoticed: _world.Chance(0.7));
        StartSoon();
    }

    private void Stop()
    {
        if (Any(Up) is not { } replica)
            return;
        replica.Stop(took => CheckStop(replica, took));
        StartSoon();
    }

    private void CheckStop(SimulatedReplica replica, TimeSpan took)
    {
        if (took > StopPatience)
            _world.Break($"{replica.Name} took {took:c} to stop");
        if (!_queues.All(queue => queue.WasCalm(_world.Now - took - SimulatedReceiver.LatestAnswer)))
            return;
        foreach (var stored in _queues.SelectMany(queue => queue.Stored).Where(stored => stored.Holder == replica.Name && stored.VisibleAt > _world.Now))
            _world.Break($"{replica.Name} has stopped and still has the lease of {stored.Id}");
    }

    private void StartSoon()
    {
        if (_world.Chance(0.8))
            _world.After(_world.Milliseconds(100, 60_000), StartOne);
    }

    private void CloseOne()
    {
        if (Any(Connections()) is { } connection)
            connection.Session.Close(320, "CONNECTION_FORCED");
    }

    private void CutOne()
    {
        if (Any(Connections()) is { } connection)
            connection.Session.Lose();
    }

    private List<SimulatedConnection> Connections() => [.. Up.SelectMany(replica => replica.Connections).Where(connection => connection.IsOpen)];

    private void TroubleQueue(QueueTroubles troubles)
    {
        var queue = _queues[_world.Random.Next(_queues.Count)];
        _world.Note($"{queue.Endpoint.Name}: {troubles}");
        queue.Troubles = troubles;
        _world.After(_world.Milliseconds(1_000, 90_000), () => queue.Troubles = QueueTroubles.None);
    }

    private void TroubleBroker(BrokerTroubles troubles)
    {
        _world.Note($"the broker: {troubles}");
        _broker.Troubles = troubles;
        _world.After(_world.Milliseconds(1_000, 90_000), () => _broker.Troubles = BrokerTroubles.None);
    }

    private void Heal()
    {
        _world.Note("all is well again");
        foreach (var queue in _queues)
            queue.Troubles = QueueTroubles.None;
        _broker.Troubles = BrokerTroubles.None;
        if (Up.Count == 0)
            StartOne();
    }

    private T? Any<T>(List<T> list)
        where T : class => list.Count == 0 ? null : list[_world.Random.Next(list.Count)];
}
