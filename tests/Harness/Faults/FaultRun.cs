using System.Collections.Immutable;
using Harness.Components;

namespace Harness.Faults;

/// <summary>The world of one run: a virtual host with exchange and tap, a queue in each cloud, bridges, and the ledger.</summary>
internal sealed class FaultRun : IAsyncDisposable
{
    /// <summary>
    /// How long a queue service that was away for long may take to be noticed: the receivers' longest back-off and some.
    /// </summary>
    public static readonly TimeSpan SlowRecovery = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(10);

    private TimeSpan? _recovery;

    private FaultRun(
        FaultComponents components, FaultScale scale, int seed, Uri broker, EventLedger ledger, Tap tap, ConnectedQueue[] queues,
        BridgeFleet bridges)
    {
        (Components, Scale, Random, Ledger, Tap, Queues, Bridges) = (
            components, scale, new Random(seed), ledger, tap, queues, bridges);
        Broker = new BrokerQueues(components.RabbitMq, broker.Segments[^1]);
        DeadLetters = new DeadLetterAccount(broker, Broker);
        Feeds = [.. queues.Select((queue, index) => new Feed(queue, ledger, seed + index))];
    }

    public FaultComponents Components { get; }

    public FaultScale Scale { get; }

    /// <summary>Chooses moments and victims; the same for the same seed.</summary>
    public Random Random { get; }

    /// <summary>What was sent and what arrived.</summary>
    public EventLedger Ledger { get; }

    /// <summary>One in each cloud, reached directly.</summary>
    public IReadOnlyList<ConnectedQueue> Queues { get; }

    /// <summary>What fills them, in the same order.</summary>
    public IReadOnlyList<Feed> Feeds { get; }

    /// <summary>How far the feeds may send.</summary>
    public Flow Flow { get; } = new();

    public BridgeFleet Bridges { get; }

    /// <summary>What the broker says of the run's queues.</summary>
    public BrokerQueues Broker { get; }

    /// <summary>What must be dead-lettered; nothing unless entered.</summary>
    public DeadLetterAccount DeadLetters { get; }

    /// <summary>The company's queue behind the exchange.</summary>
    public Tap Tap { get; }

    /// <summary>Lays the world, without a running bridge.</summary>
    /// <param name="components">What it is laid over.</param>
    /// <param name="scale">How much and how long.</param>
    /// <param name="seed">Of events, moments and victims.</param>
    /// <param name="reach">How bridges reach broker and queues where a proxy lies between; null for directly.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<FaultRun> LayAsync(
        FaultComponents components,
        FaultScale scale,
        int seed,
        Func<Uri, BridgeQueue[], (Uri Broker, BridgeQueue[] Queues)>? reach,
        CancellationToken cancellationToken)
    {
        var name = $"fault-{Guid.NewGuid().ToString("N")[..8]}";
        var broker = await components.CreateVirtualHostAsync(name, cancellationToken);
        await components.Azurite.CreateQueueAsync(name, cancellationToken);
        await components.Fauxqs.CreateQueueAsync(name, cancellationToken: cancellationToken);
        BridgeQueue[] queues = [BridgeQueue.Of(components.Azurite, name), BridgeQueue.Of(components.Fauxqs, name)];
        var (bridgeBroker, bridgeQueues) = reach?.Invoke(broker, queues) ?? (broker, queues);
        var ledger = new EventLedger();
        return new FaultRun(
            components,
            scale,
            seed,
            broker,
            ledger,
            await Tap.StartAsync(broker, ledger, isReplicated: components.Cluster is not null),
            [.. queues.Select(queue => new ConnectedQueue(queue))],
            new BridgeFleet(Settings(bridgeBroker, bridgeQueues, scale)));
    }

    /// <summary>Random moments of the first half, in order: shares of all events, one for each strike.</summary>
    public IReadOnlyList<double> Moments(int strikes) =>
        [.. Enumerable.Range(0, strikes).Select(strike => 0.05 + (0.5 * (strike + Random.NextDouble()) / strikes))];

    /// <summary>Waits until a share of all events has arrived, while a further share may be on its way.</summary>
    public Task UntilArrivedAsync(double share, CancellationToken cancellationToken, double onTheWay = 0.15)
    {
        Flow.Allow(share + onTheWay);
        return Wait.UntilAsync(
            () => Task.FromResult(Ledger.Arrived >= share * Scale.Events), WaitTimeout, Describe, cancellationToken);
    }

    /// <summary>Lets a fault last. In the second half of it nothing is published: else the fault has not struck.</summary>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Scale.Hold / 2, TimeProvider.System, cancellationToken);
        // Bridges count what was confirmed when its attempt ends, which may be later: only what arrives as well is published now.
        var (published, arrived) = (await Bridges.PublishedAsync(cancellationToken), Ledger.Arrived);
        await Task.Delay(Scale.Hold / 2, TimeProvider.System, cancellationToken);
        var more = await Bridges.PublishedAsync(cancellationToken) - published;
        if (more > 0 && Ledger.Arrived > arrived)
            throw new FaultException($"{more} events were published while nothing should be: the fault has not struck");
    }

    /// <summary>Waits until bridges that run now have published a further event.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="since">When the fault was healed; null for just now.</param>
    /// <param name="within">How long it may take; ten seconds when null.</param>
    /// <exception cref="FaultException">It took longer.</exception>
    public async Task UntilRecoveredAsync(CancellationToken cancellationToken, long? since = null, TimeSpan? within = null)
    {
        var healed = since ?? TimeProvider.System.GetTimestamp();
        var before = await Bridges.PublishedAsync(cancellationToken);
        Flow.AllowMore(0.08);
        await Wait.UntilAsync(
            async () => await Bridges.PublishedAsync(cancellationToken) > before, WaitTimeout, Describe, cancellationToken);
        var took = TimeProvider.System.GetElapsedTime(healed);
        NoteRecovery(took);
        if (took > (within ?? Recovery))
            throw new FaultException($"publishing went on {took.TotalSeconds:0.0} s after the fault: {Describe()}");
    }

    /// <summary>Enters a time to recover; the longest of a run counts.</summary>
    public void NoteRecovery(TimeSpan took) => _recovery = _recovery > took ? _recovery : took;

    /// <summary>Waits until every event has arrived.</summary>
    public Task UntilAllArrivedAsync(CancellationToken cancellationToken, TimeSpan? timeout = null) => Wait.UntilAsync(
        () => Task.FromResult(Ledger.Missing == 0), timeout ?? WaitTimeout, Describe, cancellationToken);

    /// <summary>
    /// Closes the ledger: all has arrived, the queues are empty, so that nothing can be published again, and nothing was altered,
    /// renamed or dead-lettered but for what must be.
    /// </summary>
    /// <exception cref="FaultException">It does not hold.</exception>
    public async Task<FaultResult> CloseAsync(FaultScenario scenario, CancellationToken cancellationToken)
    {
        await UntilAllArrivedAsync(cancellationToken);
        foreach (var queue in Queues)
        {
            await Wait.UntilAsync(
                async () => await queue.DepthAsync(cancellationToken) == 0,
                WaitTimeout,
                () => $"{queue.Queue.Url} is not empty: {Describe()}",
                cancellationToken);
        }

        if (Ledger is not { Renamed: 0, Foreign.Count: 0 })
        {
            throw new FaultException(
                $"{Ledger.Renamed} duplicates with another message_id, {Ledger.Foreign.Count} altered: {Describe()}");
        }

        await DeadLetters.CloseAsync(Describe, cancellationToken);
        return new FaultResult(
            scenario.Name, scenario.Fault, Ledger.Expected, Ledger.Missing, Ledger.Duplicates, _recovery, Bridges.PeakMiB);
    }

    /// <summary>The ledger, and the last that each bridge said.</summary>
    public string Describe() => Ledger.Describe() + Bridges.Tails();

    public async ValueTask DisposeAsync()
    {
        await Bridges.DisposeAsync();
        await Tap.DisposeAsync();
        foreach (var queue in Queues)
            await queue.DisposeAsync();
    }

    private static ImmutableDictionary<string, string> Settings(Uri broker, BridgeQueue[] queues, FaultScale scale) =>
        BridgeQueue.BridgeEnvironment(broker, queues)
            .SetItem("Bridge__RabbitMq__ConfirmTimeout", scale.ConfirmTimeout.ToString())
            .SetItem("Bridge__Receive__Lease", scale.Lease.ToString())
            .SetItem("Bridge__Assemble__Timeout", scale.AssembleTimeout.ToString());
}
