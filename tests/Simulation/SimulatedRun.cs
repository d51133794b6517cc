using Bridge;
using Bridge.CloudQueues;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.RabbitMq.Connections;
using Simulation.Accounts;
using Simulation.Broker;
using Simulation.Faults;
using Simulation.Queues;
using Simulation.Replicas;
using Simulation.Traffic;
using Simulation.World;
using Telemetry.Queues;

namespace Simulation;

/// <summary>One run: senders, queues, replicas and broker, with everything that goes wrong drawn from one seed.</summary>
internal sealed class SimulatedRun
{
    private static readonly TimeSpan Busy = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Patience = TimeSpan.FromHours(2);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // By then every call has its answer, and everybody knows which of their connections are lost.
    private static readonly TimeSpan LastNotice = TimeSpan.FromSeconds(85);

    // What messages, chunks and opened batches may add to their budgets: each is admitted alone when it is larger than all of it.
    private const long LargestExtra = 16 * 1024 * 1024;

    private readonly SimulatedWorld _world;
    private readonly Trace _trace;
    private readonly Ledger _ledger;
    private readonly SimulatedBroker _broker;
    private readonly List<SimulatedQueue> _queues;
    private readonly BridgeOptions _options;
    private readonly Senders _senders;
    private readonly Conductor _conductor;

    private readonly bool _plant;

    public SimulatedRun(int seed, bool plant, TextWriter? trace)
    {
        _plant = plant;
        _trace = new Trace(trace);
        _world = new SimulatedWorld(seed, _trace);
        _ledger = new Ledger(_world);
        _broker = new SimulatedBroker(_world, _ledger);
        _queues = [.. Enumerable.Range(1, _world.Random.Next(1, 3)).Select(number =>
            new SimulatedQueue(_world, _world.Chance(0.5) ? QueueKind.Azure : QueueKind.Sqs, number, _ledger))];
        _options = Options();
        _senders = new Senders(_world, _queues, _ledger, _options.Assemble.Partitions);
        _conductor = new Conductor(
            _world, _broker, _queues, name => new SimulatedReplica(_world, _broker, _queues, _options, name, _trace));
    }

    /// <summary>Runs to the end.</summary>
    /// <exception cref="BrokenRuleException">A rule is broken.</exception>
    public RunReport Run(TimeSpan patience)
    {
        _world.After(TimeSpan.Zero, () =>
        {
            _senders.Plan(_world.Random.Next(10, 60), Busy);
            _conductor.Plan(Busy);
            if (_plant)
                Vanish();
            LookAfter();
        });
        _world.Start();
        if (!((IAsyncResult)_world.Ended).AsyncWaitHandle.WaitOne(patience))
            throw new BrokenRuleException($"no end after {patience:c} of real time, at {_world.Now:c}: something runs in circles");
        _world.Ended.GetAwaiter().GetResult();
        return new RunReport(
            _ledger.Events, _ledger.Messages, _ledger.Duplicates, _ledger.DeadLetters, _ledger.GivenUp, _conductor.Faults,
            _world.Now, _world.Steps, _trace.Fingerprint());
    }

    // As if a replica had deleted what it never saw.
    private void Vanish()
    {
        if (!_queues.Exists(queue => queue.TryVanish()))
            _world.After(Look, Vanish);
    }

    private BridgeOptions Options() => new()
    {
        Queues = [.. _queues.Select(queue => new QueueOptions { Url = queue.Endpoint.ToString(), Kind = queue.Kind is QueueKind.Azure ? "azure" : "sqs" })],
        Receive = new ReceiveOptions
        {
            Lease = TimeSpan.FromSeconds(_world.Random.Next(10, 61)),
            MaxPolls = _world.Random.Next(1, 9),
            MaxBytes = 4 * 1024 * 1024,
            MaxDeliveries = _world.Random.Next(5, 101),
        },
        Assemble = new AssembleOptions
        {
            Partitions = _world.Random.Next(1, 5),
            MaxBytes = _world.Random.Next(8, 100) * 1024,
            Timeout = _world.Between(TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(10)),
        },
        RabbitMq = new RabbitMqOptions
        {
            Connections = _world.Random.Next(1, 3),
            MaxOutstanding = _world.Random.Next(1, 100),
            MaxOutstandingBytes = 64 * 1024,
            ConfirmTimeout = TimeSpan.FromSeconds(_world.Random.Next(5, 31)),
            WhenRejected = _world.Chance(0.25) ? WhenRejected.DeadLetter : WhenRejected.Wait,
            DeadLetterAfter = TimeSpan.FromSeconds(_world.Random.Next(1, 31)),
        },
    };

    // Every second: memory is within its bounds; and when nothing is left to do, the run is over.
    private void LookAfter()
    {
        var most = _options.Receive.MaxBytes + _options.Receive.MaxOpenedBytes + (2 * _options.Assemble.MaxBytes) + LargestExtra;
        foreach (var replica in _conductor.Living)
        {
            if (replica.BytesInFlight > most)
                _world.Break($"{replica.Name} holds {replica.BytesInFlight} bytes; its options allow {most}");
        }

        if (_world.Now > Busy && _senders.AreDone && IsEmpty)
            _world.After(LastNotice, End);
        else if (_world.Now > Busy + Patience)
            _world.Break($"not done {Patience:c} after the last trouble: {Left()}");
        else
            _world.After(Look, LookAfter);
    }

    private bool IsEmpty => _queues.TrueForAll(queue => queue.Count == 0) && _broker.Queues.All(queue => queue.Name == BridgeQueues.Dead || queue.Count == 0);

    private void End()
    {
        // A publish that was under way when all queues were empty may have put a chunk into one.
        if (!IsEmpty)
        {
            LookAfter();
            return;
        }

        _ledger.CheckEnd(_options.Assemble.Timeout);
        foreach (var replica in _conductor.Living.Where(replica => replica.IsUp && replica.BytesInFlight > _options.Receive.MaxBytes))
            _world.Break($"{replica.Name} still holds {replica.BytesInFlight} bytes although nothing is left to do");
        _world.End();
    }

    private string Left() => string.Join(", ", _queues.Select(queue => $"{queue.Count} in {queue.Endpoint.Name}")
        .Concat(_broker.Queues.Where(queue => queue.Name != BridgeQueues.Dead).Select(queue => $"{queue.Count} in {queue.Name}")));
}
