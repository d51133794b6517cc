using Harness.Faults;
using RabbitMQ.Client;

namespace Local.Bench;

/// <summary>The company's side of one run: a quorum queue bound to the exchange with <c>#</c>.</summary>
internal sealed class EventQueue : IAsyncDisposable
{
    private readonly IChannel _channel;
    private readonly string _name;

    private EventQueue(IChannel channel, string name) => (_channel, _name) = (channel, name);

    public static async Task<EventQueue> DeclareAsync(IConnection connection, string name, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" };
        await channel.QueueDeclareAsync(
            name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(name, Tap.Exchange, "#", cancellationToken: cancellationToken);
        return new EventQueue(channel, name);
    }

    /// <summary>Events that lie in it.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken) =>
        (await _channel.QueueDeclarePassiveAsync(_name, cancellationToken)).MessageCount;

    /// <summary>Hands every event over, one after the other.</summary>
    public async Task ConsumeAsync(Action<ReadOnlyMemory<byte>> take, CancellationToken cancellationToken)
    {
        var consumer = new RabbitMQ.Client.Events.AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            take(delivery.Body);
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(_name, autoAck: true, consumer, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.QueueDeleteAsync(_name);
        await _channel.DisposeAsync();
    }
}
