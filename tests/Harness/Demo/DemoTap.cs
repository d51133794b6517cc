using Harness.Faults;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Harness.Demo;

/// <summary>Listens to everything that is published to the company's exchange.</summary>
internal sealed class DemoTap : IAsyncDisposable
{
    private readonly IConnection _connection;

    private DemoTap(IConnection connection) => _connection = connection;

    /// <summary>Makes the exchange if it is missing, and a queue of the demo's own that takes every event.</summary>
    /// <param name="uri">The broker.</param>
    /// <param name="arrived">Called for each event, one after the other.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<DemoTap> StartAsync(Uri uri, Action<DemoEvent> arrived, CancellationToken cancellationToken)
    {
        var connection = await new ConnectionFactory { Uri = uri, ClientProvidedName = "demo" }
            .CreateConnectionAsync(cancellationToken);
        var tap = new DemoTap(connection);
        try
        {
            await DeclareExchangeAsync(connection, cancellationToken);
            await ConsumeAsync(connection, arrived, cancellationToken);
            return tap;
        }
        catch
        {
            await tap.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    private static async Task DeclareExchangeAsync(IConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            // A broker of the user's own may have it, of whatever type.
            await using var asking = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await asking.ExchangeDeclarePassiveAsync(Tap.Exchange, cancellationToken);
        }
        catch (OperationInterruptedException)
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await channel.ExchangeDeclareAsync(
                Tap.Exchange, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
        }
    }

    private static async Task ConsumeAsync(IConnection connection, Action<DemoEvent> arrived, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var queue = await channel.QueueDeclareAsync(exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue.QueueName, Tap.Exchange, "#", cancellationToken: cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            arrived(DemoEvent.Read(delivery.RoutingKey, delivery.BasicProperties.MessageId, delivery.Body.Span));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, cancellationToken);
    }
}
