using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Bridge.Tests.Publish;

/// <summary>A test's own part of the broker, seen with a plain client.</summary>
internal sealed class VirtualHost : IAsyncDisposable
{
    public const string Exchange = "telemetry";

    private readonly ConnectionFactory _factory;
    private IConnection? _connection;

    private VirtualHost(Uri uri)
    {
        Uri = uri;
        _factory = new ConnectionFactory { Uri = uri, AutomaticRecoveryEnabled = false };
    }

    public Uri Uri { get; }

    public string Name => _factory.VirtualHost;

    public static async Task<VirtualHost> OpenAsync(Uri uri)
    {
        var host = new VirtualHost(uri);
        await host.OnChannelAsync(channel => channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true));
        return host;
    }

    public Task BindQueueAsync(string queue, string routingKey, Dictionary<string, object?>? arguments = null) =>
        OnChannelAsync(async channel =>
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments);
            await channel.QueueBindAsync(queue, Exchange, routingKey);
        });

    public Task DeleteExchangeAsync() => OnChannelAsync(channel => channel.ExchangeDeleteAsync(Exchange));

    public Task DeclareExchangeAsync() =>
        OnChannelAsync(channel => channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true));

    public Task DeleteQueuesAsync(IEnumerable<string> queues) => OnChannelAsync(async channel =>
    {
        foreach (var queue in queues)
            await channel.QueueDeleteAsync(queue);
    });

    public async Task<bool> ExistsAsync(string queue)
    {
        try
        {
            await OnChannelAsync(channel => channel.QueueDeclarePassiveAsync(queue));
            return true;
        }
        catch (OperationInterruptedException)
        {
            return false;
        }
    }

    public async Task<uint> CountAsync(string queue)
    {
        uint count = 0;
        await OnChannelAsync(async channel => count = await channel.MessageCountAsync(queue));
        return count;
    }

    public async Task<uint> ConsumersAsync(string queue)
    {
        uint count = 0;
        await OnChannelAsync(async channel => count = await channel.ConsumerCountAsync(queue));
        return count;
    }

    /// <summary>Takes every message out of the queue, in order.</summary>
    public async Task<List<BasicGetResult>> DrainAsync(string queue)
    {
        var messages = new List<BasicGetResult>();
        await OnChannelAsync(async channel =>
        {
            while (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
                messages.Add(message);
        });
        return messages;
    }

    /// <summary>Takes the next message as a consumer does: a queue with a single active consumer gives none otherwise.</summary>
    public async Task<BasicDeliverEventArgs> TakeAsync(string queue)
    {
        var delivered = new TaskCompletionSource<BasicDeliverEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        await OnChannelAsync(async channel =>
        {
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, delivery) =>
            {
                delivered.TrySetResult(delivery);
                return Task.CompletedTask;
            };
            await channel.BasicQosAsync(0, 1, global: false);
            await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
            var delivery = await delivered.Task.WaitAsync(RunningPublisher.Timeout);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        });
        return await delivered.Task;
    }

    public async Task OnChannelAsync(Func<IChannel, Task> work)
    {
        if (_connection is not { IsOpen: true })
            _connection = await _factory.CreateConnectionAsync("test");
        await using var channel = await _connection.CreateChannelAsync();
        await work(channel);
        await channel.CloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is null)
            return;
        try
        {
            await _connection.CloseAsync(TimeSpan.FromSeconds(5));
        }
        catch (AlreadyClosedException)
        {
        }

        _connection.Dispose();
    }
}
