using Local.Demo;
using RabbitMQ.Client;

namespace Local.Bench;

/// <summary>
/// The fastest publisher that plain RabbitMQ.Client allows, from events that lie ready in memory: confirms without the library's
/// tracking, persistent, mandatory, a window by bytes. It says "ready" before it publishes.
/// </summary>
internal static class CeilingPublisher
{
    public const string Command = "publish-ready";

    private const long MostReadyBytes = 128 * 1024 * 1024;
    private static readonly string[] Keys = ["log.orders.info", "log.orders.debug", "log.orders.warn", "log.orders.error"];

    /// <param name="arguments">Broker, events, bytes of each, connections, whether messages get the properties that the bridge gives them.</param>
    /// <param name="cancellationToken">Ends it; nothing else does.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (events, bytes, connections) = (int.Parse(arguments[1]), int.Parse(arguments[2]), int.Parse(arguments[3]));
        var ready = Math.Min(events, (int)Math.Max(1, MostReadyBytes / bytes));
        byte[][] bodies = [.. new Load(ready) { EventBytes = bytes }.Generate()];
        var channels = new List<IChannel>();
        for (var number = 0; number < connections; number++)
        {
            var connection = await new ConnectionFactory { Uri = new Uri(arguments[0]) }.CreateConnectionAsync(cancellationToken);
            var confirms = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
            channels.Add(await connection.CreateChannelAsync(confirms, cancellationToken));
        }

        Console.WriteLine("ready");
        var isNamed = bool.Parse(arguments[4]);
        await Task.WhenAll(channels.Select((channel, number) => Task.Run(
            () => PublishAsync(channel, bodies, Share(events, connections, number), isNamed), cancellationToken)));
        // Whoever reads the kernel's books about this process ends it.
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return 0;
    }

    private static int Share(int events, int connections, int number) => (events / connections) + (number < events % connections ? 1 : 0);

    private static async Task PublishAsync(IChannel channel, byte[][] bodies, int count, bool isNamed)
    {
        var window = new UnansweredBytes(channel);
        var exchange = new CachedString(ExchangeTap.Exchange);
        CachedString[] keys = [.. Keys.Select(key => new CachedString(key))];
        var properties = new BasicProperties { DeliveryMode = DeliveryModes.Persistent };
        for (var number = 0; number < count; number++)
        {
            var body = bodies[number % bodies.Length];
            if (isNamed)
                Name(properties, number);
            await window.AddAsync(body.Length);
            await channel.BasicPublishAsync(exchange, keys[number % keys.Length], mandatory: true, properties, body);
        }

        await window.WaitUntilEmptyAsync();
    }

    private static void Name(BasicProperties properties, int number)
    {
        properties.ContentType = "application/json";
        properties.MessageId = $"0193476a1b2c3d4e5f607182-17-0f9c2b7a41d84e6f-{number}";
        properties.Headers ??= new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-telemetry-source"] = "http://127.0.0.1:20000/000000000000/bench-01234567",
            ["x-telemetry-batch"] = "0193476a1b2c3d4e5f607182-17-0f9c2b7a41d84e6f",
            ["x-telemetry-sender"] = "0193476a1b2c3d4e5f607182",
            ["x-telemetry-sequence"] = 17L,
            ["x-telemetry-events"] = 3_600L,
            ["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
    }
}
