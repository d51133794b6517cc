using Harness.Faults;
using RabbitMQ.Client;

namespace Local.Bench;

/// <summary>
/// The fastest publisher that plain RabbitMQ.Client allows, from events that lie ready in memory: confirms without the library's
/// tracking, persistent, mandatory, a window by bytes. It says "ready" when it has published what warms it up.
/// </summary>
internal static class CeilingPublisher
{
    public const string Command = "publish-ready";

    /// <summary>
    /// Its threads that find no work sleep at once, as the bridge's do: with one connection it is a sixth faster for it.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string> Environment =
        new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0" };

    // What the last events called for is still being compiled.
    private static readonly TimeSpan Compiling = TimeSpan.FromSeconds(1);

    private const long MostReadyBytes = 128 * 1024 * 1024;
    private static readonly string[] Keys = ["logs.orders.info", "logs.orders.debug", "logs.orders.warn", "logs.orders.error"];

    /// <param name="arguments">
    /// Broker, small events and events of its own to warm up, events, bytes of each, connections, whether messages get the
    /// properties that the bridge gives them.
    /// </param>
    /// <param name="cancellationToken">Ends it; nothing else does.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (small, own) = (int.Parse(arguments[1]), int.Parse(arguments[2]));
        var (events, bytes) = (int.Parse(arguments[3]), int.Parse(arguments[4]));
        var (connections, isNamed) = (int.Parse(arguments[5]), bool.Parse(arguments[6]));
        var ready = Math.Min(events, (int)Math.Max(1, MostReadyBytes / bytes));
        byte[][] bodies = [.. new Load(ready) { EventBytes = bytes }.Generate()];
        var lanes = new List<Lane>();
        for (var number = 0; number < connections; number++)
        {
            var connection = await new ConnectionFactory { Uri = new Uri(arguments[0]) }.CreateConnectionAsync(cancellationToken);
            var confirms = new CreateChannelOptions(
                publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
            var channel = await connection.CreateChannelAsync(confirms, cancellationToken);
            lanes.Add(new Lane(channel, new UnansweredBytes(channel)));
        }

        await PublishAsync(lanes, [.. new Load(1_000).Generate()], small, isNamed);
        await PublishAsync(lanes, bodies, own, isNamed);
        await Task.Delay(Compiling, TimeProvider.System, cancellationToken);
        Console.WriteLine("ready");
        await PublishAsync(lanes, bodies, events, isNamed);
        // Whoever reads the kernel's books about this process ends it.
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return 0;
    }

    private static Task PublishAsync(List<Lane> lanes, byte[][] bodies, int events, bool isNamed) =>
        Task.WhenAll(
            lanes.Select(
                (lane, number) => Task.Run(() => PublishAsync(lane, bodies, Share(events, lanes.Count, number), isNamed))));

    private static int Share(int events, int connections, int number) =>
        (events / connections) + (number < events % connections ? 1 : 0);

    private static async Task PublishAsync(Lane lane, byte[][] bodies, int count, bool isNamed)
    {
        var exchange = new CachedString(Tap.Exchange);
        CachedString[] keys = [.. Keys.Select(key => new CachedString(key))];
        var properties = new BasicProperties { DeliveryMode = DeliveryModes.Persistent };
        for (var number = 0; number < count; number++)
        {
            var body = bodies[number % bodies.Length];
            if (isNamed)
                Name(properties, number);
            await lane.Window.AddAsync(body.Length);
            await lane.Channel.BasicPublishAsync(exchange, keys[number % keys.Length], mandatory: true, properties, body);
        }

        await lane.Window.WaitUntilEmptyAsync();
    }

    private static void Name(BasicProperties properties, int number)
    {
        properties.ContentType = "application/json";
        properties.MessageId = $"0193476a1b2c3d4e5f607182-17-0f9c2b7a41d84e6f-{number}";
        properties.Headers ??= new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-telemetry-source"] = "http://127.0.0.1:20000/000000000000/bench-01234567",
            ["x-telemetry-batch"] = "0193476a1b2c3d4e5f607182-17-0f9c2b7a41d84e6f",
            ["x-telemetry-events"] = 3_600L,
            ["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
    }

    private sealed record Lane(IChannel Channel, UnansweredBytes Window);
}
