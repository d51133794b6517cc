using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Harness.Faults;

/// <summary>
/// The company's side: its exchange, and a durable queue bound with <c>#</c> that hands every event to the ledger. It survives a
/// restart of the broker; an event that the broker then hands over again is not entered twice.
/// </summary>
internal sealed class Tap : IAsyncDisposable
{
    /// <summary>The exchange's name.</summary>
    public const string Exchange = "telemetry";

    /// <summary>Its queue.</summary>
    public const string Queue = "tap";

    private const ushort Prefetch = 2_000;

    private readonly IConnection _connection;
    private readonly EventLedger _ledger;
    private long _lastClosed;

    private Tap(IConnection connection, EventLedger ledger)
    {
        _connection = connection;
        _ledger = ledger;
        connection.ConnectionShutdownAsync += (_, _) =>
        {
            Volatile.Write(ref _lastClosed, TimeProvider.System.GetTimestamp());
            return Task.CompletedTask;
        };
    }

    /// <summary>When its connection was last closed under it.</summary>
    public long LastClosed => Volatile.Read(ref _lastClosed);

    /// <summary>Makes exchange and queue.</summary>
    /// <param name="uri">The virtual host.</param>
    /// <param name="ledger">Where arrivals are entered.</param>
    /// <param name="bindingKey">What the queue is bound with.</param>
    /// <param name="isReplicated">True for a queue that outlives a node of a cluster.</param>
    public static async Task<Tap> StartAsync(Uri uri, EventLedger ledger, string bindingKey = "#", bool isReplicated = false)
    {
        var factory = new ConnectionFactory
        {
            Uri = uri,
            ClientProvidedName = "tap",
            NetworkRecoveryInterval = TimeSpan.FromMilliseconds(500),
        };
        var tap = new Tap(await factory.CreateConnectionAsync(), ledger);
        try
        {
            await tap.ConsumeAsync(bindingKey, isReplicated);
            return tap;
        }
        catch
        {
            await tap.DisposeAsync();
            throw;
        }
    }

    /// <summary>True while the broker is away.</summary>
    public bool IsClosed => !_connection.IsOpen;

    /// <summary>Binds the queue with another key.</summary>
    public async Task BindAsync(string bindingKey)
    {
        await using var channel = await _connection.CreateChannelAsync();
        await channel.QueueBindAsync(Queue, Exchange, bindingKey);
    }

    /// <summary>Makes one more queue that gets every event, and rejects what it has no room for; nobody reads it.</summary>
    public async Task BindFullQueueAsync(string queue, int messages)
    {
        await using var channel = await _connection.CreateChannelAsync();
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-max-length"] = messages,
            ["x-overflow"] = "reject-publish",
        };
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments);
        await channel.QueueBindAsync(queue, Exchange, "#");
    }

    /// <summary>Deletes a queue.</summary>
    public async Task DeleteQueueAsync(string queue)
    {
        await using var channel = await _connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(queue);
    }

    /// <summary>Deletes queues with all that is in them.</summary>
    public async Task DeleteQueuesAsync(IEnumerable<string> queues)
    {
        await using var channel = await _connection.CreateChannelAsync();
        foreach (var queue in queues)
            await channel.QueueDeleteAsync(queue);
    }

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    private async Task ConsumeAsync(string bindingKey, bool isReplicated)
    {
        var channel = await _connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true);
        await channel.QueueDeclareAsync(
            Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(
            StringComparer.Ordinal)
            {
                ["x-queue-type"] = isReplicated ? "quorum" : "classic",
            });
        await channel.QueueBindAsync(Queue, Exchange, bindingKey);
        await channel.BasicQosAsync(0, Prefetch, global: false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            _ledger.Enter(delivery);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        };
        await channel.BasicConsumeAsync(Queue, autoAck: false, consumer);
    }
}
