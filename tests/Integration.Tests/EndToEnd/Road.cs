using System.Collections.Immutable;
using Harness.Components;
using Harness.Faults;

namespace Integration.Tests.EndToEnd;

/// <summary>
/// A whole road of a test's own: a virtual host with exchange and tap, a queue in each cloud, and bridges between them.
/// </summary>
internal sealed class Road : IAsyncDisposable
{
    private const int Partitions = 8;
    private static readonly TimeSpan QuietPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EmptyPatience = TimeSpan.FromSeconds(60);

    private readonly ITestOutputHelper _output;
    private readonly List<BridgeProcess> _bridges = [];
    private readonly Tap _tap;

    private Road(Uri broker, EventLedger ledger, Tap tap, RoadQueue azure, RoadQueue sqs, ITestOutputHelper output)
    {
        Broker = broker;
        Ledger = ledger;
        _tap = tap;
        Azure = azure;
        Sqs = sqs;
        _output = output;
        DeadLetters = new DeadLetters(broker);
        Settings = BridgeQueue.BridgeEnvironment(broker, azure.Queue, sqs.Queue);
    }

    /// <summary>The virtual host.</summary>
    public Uri Broker { get; }

    /// <summary>What was sent and what arrived.</summary>
    public EventLedger Ledger { get; }

    public RoadQueue Azure { get; }

    public RoadQueue Sqs { get; }

    public RoadQueue[] Queues => [Azure, Sqs];

    public DeadLetters DeadLetters { get; }

    /// <summary>The company's queue behind the exchange.</summary>
    public Tap Tap => _tap;

    /// <summary>The bridges' configuration.</summary>
    public ImmutableDictionary<string, string> Settings { get; set; }

    /// <summary>Bridges started, in that order, those that were killed included.</summary>
    public IReadOnlyList<BridgeProcess> Bridges => _bridges;

    /// <summary>Lays a road without bridges.</summary>
    /// <param name="components">What it is laid over.</param>
    /// <param name="output">Takes tables, and the bridges' last lines at the end.</param>
    /// <param name="keepBodies">Whether the ledger keeps the arrivals themselves: for few events.</param>
    /// <param name="bindingKey">What the tap's queue is bound with.</param>
    public static async Task<Road> LayAsync(
        RoadComponents components, ITestOutputHelper output, bool keepBodies = false, string bindingKey = "#")
    {
        var name = $"road-{Guid.NewGuid().ToString("N")[..8]}";
        var broker = await components.RabbitMq.CreateVirtualHostAsync(name);
        await components.Azurite.CreateQueueAsync(name);
        await components.Fauxqs.CreateQueueAsync(name);
        var ledger = new EventLedger(keepBodies);
        return new Road(
            broker,
            ledger,
            await Tap.StartAsync(broker, ledger, bindingKey),
            new RoadQueue(BridgeQueue.Of(components.Azurite, name)),
            new RoadQueue(BridgeQueue.Of(components.Fauxqs, name)),
            output);
    }

    /// <summary>Starts a bridge that shares both queues with the others.</summary>
    public async Task<BridgeProcess> StartBridgeAsync(bool waitUntilReady = true)
    {
        var bridge = await BridgeProcess.StartAsync(Settings, waitUntilReady);
        _bridges.Add(bridge);
        return bridge;
    }

    /// <summary>Waits until every expected event has arrived, for as long as events keep arriving.</summary>
    public async Task UntilAllArrivedAsync()
    {
        var (arrived, at) = (-1, TimeProvider.System.GetTimestamp());
        await Eventually.HoldsAsync(
            () =>
            {
                if (Ledger.Arrived != arrived)
                    (arrived, at) = (Ledger.Arrived, TimeProvider.System.GetTimestamp());
                return Ledger.Missing == 0 || TimeProvider.System.GetElapsedTime(at) > QuietPatience;
            },
            TimeSpan.FromMinutes(5),
            Describe);
        Assert.True(Ledger.Missing == 0, $"nothing has arrived for {QuietPatience.TotalSeconds:0} s: {Describe()}");
    }

    /// <summary>Waits until so many of the expected events have arrived.</summary>
    public Task UntilArrivedAsync(int count) =>
        Eventually.HoldsAsync(() => Ledger.Arrived >= count, TimeSpan.FromMinutes(2), Describe);

    /// <summary>Waits until both queues are empty: from then on nothing can be published again.</summary>
    public async Task UntilSettledAsync()
    {
        foreach (var queue in Queues)
            await queue.UntilEmptyAsync(EmptyPatience, Describe);
    }

    /// <summary>Puts a small event and one in chunks into each queue, and expects them at the exchange.</summary>
    public async Task SendSmallAndChunkedAsync(int seed)
    {
        var events = new GeneratedEvents(seed);
        foreach (var queue in Queues)
        {
            byte[][] some = [events.Small(), events.Dump(700_000)];
            foreach (var json in some)
            {
                Ledger.Expect(json, $"{queue.Kind} {json.Length}");
                await queue.PutAsync(new BatchWriter(queue.Limits).Write(json));
            }
        }
    }

    /// <summary>All arrived, nothing arrived twice or altered, and nothing is left in any queue.</summary>
    public async Task UntilAllArrivedOnceAsync()
    {
        await UntilAllArrivedAsync();
        await UntilSettledAsync();
        Assert.True(Ledger is { Duplicates: 0, Foreign.Count: 0 }, Describe());
        Assert.Empty(await DeadLetters.ReadAsync());
    }

    /// <summary>Sum of a metric over all running bridges.</summary>
    public async Task<double> MetricAsync(string name, string? label = null)
    {
        var sum = 0.0;
        foreach (var bridge in _bridges.Where(bridge => !bridge.Process.HasExited))
            sum += await bridge.SumAsync(name, label);
        return sum;
    }

    /// <summary>Runs a bridge command with the bridges' configuration.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) =>
        BridgeProcess.RunBridgeAsync(arguments, environment: Settings);

    /// <summary>Shows something beside the result.</summary>
    public void Write(string text) => _output.WriteLine(text);

    /// <summary>The ledger, and the last that each bridge said.</summary>
    public string Describe() => Ledger.Describe()
        + string.Concat(_bridges.Select((bridge, index) => $"{Environment.NewLine}bridge {index + 1}:{bridge.Process.Tail()}"));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_bridges.Select(bridge => bridge.DisposeAsync().AsTask()));
        if (!_tap.IsClosed)
        {
            await _tap.DeleteQueuesAsync(
            [
                .. Enumerable.Range(0, Partitions).Select(partition => $"telemetry.chunks.{partition}"),
                DeadLetters.Queue,
                Tap.Queue,
            ]);
        }

        await _tap.DisposeAsync();
        await Azure.DisposeAsync();
        await Sqs.DisposeAsync();
    }
}
