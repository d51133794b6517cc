using System.Threading.Channels;
using Bridge.RabbitMq.Connections;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Bridge.Tools.Audit;

/// <summary>
/// An exclusive queue for the audit, bound to the exchange. The broker deletes it when its connection closes.
/// </summary>
internal sealed class ListeningQueue : IAsyncDisposable
{
    private const ushort Prefetch = 2_000;
    private const int EventsAnAck = 200;

    private readonly BrokerConnection _connection;
    private readonly IChannel _channel;
    private readonly RabbitMqOptions _options;

    // The prefetch bounds it, since its messages are not yet acknowledged.
    private readonly Channel<(SeenEvent Event, ulong Tag)> _seen =
        Channel.CreateUnbounded<(SeenEvent, ulong)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private ListeningQueue(BrokerConnection connection, IChannel channel, RabbitMqOptions options)
    {
        _connection = connection;
        _channel = channel;
        _options = options;
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            _seen.Writer.TryComplete(new BrokerFaultException(BrokerFault.From(reason, options)));
            return Task.CompletedTask;
        };
    }

    /// <summary>Declares the queue, binds it and begins to consume.</summary>
    /// <param name="connector">Connects to the broker that has the exchange.</param>
    /// <param name="bindings">Binding keys.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BrokerFaultException">The exchange is missing, or the user may not declare, bind or read.</exception>
    public static Task<ListeningQueue> OpenAsync(
        BrokerConnector connector, IReadOnlyList<string> bindings, CancellationToken cancellationToken) =>
        connector.OpenForAuditAsync(
            async (connection, channel) =>
            {
                var queue = new ListeningQueue(connection, channel, connector.Options);
                await queue.StartAsync(connector.Options.Exchange, bindings, cancellationToken);
                return queue;
            },
            cancellationToken);

    /// <summary>Reads events until <paramref name="isDone"/> returns true or the reading is stopped.</summary>
    /// <param name="take">Called for each event.</param>
    /// <param name="isDone">Called whenever no event waits; true ends the reading.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <exception cref="BrokerFaultException">
    /// The connection was lost, so events may have passed that this did not see.
    /// </exception>
    public async Task ReadAsync(Action<SeenEvent> take, Func<bool> isDone, CancellationToken stop)
    {
        try
        {
            while (!isDone() && await _seen.Reader.WaitToReadAsync(stop))
                await TakeAllAsync(take);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The audit's time has ended.
        }
        catch (Exception exception) when (exception is AlreadyClosedException or OperationInterruptedException)
        {
            throw new BrokerFaultException(BrokerFault.From(exception, _options), exception);
        }
    }

    /// <summary>Closes the connection, which deletes the queue.</summary>
    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task StartAsync(string exchange, IReadOnlyList<string> bindings, CancellationToken cancellationToken)
    {
        var name = $"telemetry.audit.{Guid.NewGuid():N}";
        await _channel.QueueDeclareAsync(
            name, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
        foreach (var binding in bindings)
            await _channel.QueueBindAsync(name, exchange, binding, cancellationToken: cancellationToken);
        await _channel.BasicQosAsync(prefetchSize: 0, Prefetch, global: false, cancellationToken);
        await _channel.BasicConsumeAsync(name, autoAck: false, new Consumer(_channel, _seen.Writer), cancellationToken);
    }

    private async Task TakeAllAsync(Action<SeenEvent> take)
    {
        ulong last = 0;
        for (var taken = 1; _seen.Reader.TryRead(out var seen); taken++)
        {
            take(seen.Event);
            last = seen.Tag;
            if (taken % EventsAnAck == 0)
                await _channel.BasicAckAsync(last, multiple: true, CancellationToken.None);
        }

        if (last > 0 && _channel.IsOpen)
            await _channel.BasicAckAsync(last, multiple: true, CancellationToken.None);
    }

    private sealed class Consumer(IChannel channel, ChannelWriter<(SeenEvent Event, ulong Tag)> writer)
        : AsyncDefaultBasicConsumer(channel)
    {
        public override Task HandleBasicDeliverAsync(
            string consumerTag,
            ulong deliveryTag,
            bool redelivered,
            string exchange,
            string routingKey,
            IReadOnlyBasicProperties properties,
            ReadOnlyMemory<byte> body,
            CancellationToken cancellationToken = default)
        {
            writer.TryWrite((SeenEvent.From(properties, body.Span), deliveryTag));
            return Task.CompletedTask;
        }

        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
        {
            writer.TryComplete(new BrokerFaultException(new BrokerFault(
                "the broker deleted the audit's queue, so the audit may have missed events: start it again", IsTransient: true)));
            return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
        }
    }
}

/// <summary>Opens connections for audits.</summary>
internal static class AuditConnection
{
    /// <summary>Connects, opens a channel and creates what uses both. Closes the connection when this fails.</summary>
    /// <exception cref="BrokerFaultException">The broker is unreachable or refuses what is asked.</exception>
    public static async Task<T> OpenForAuditAsync<T>(
        this BrokerConnector connector, Func<BrokerConnection, IChannel, Task<T>> create, CancellationToken cancellationToken)
    {
        var connection = await connector.OpenAsync("bridge audit", cancellationToken);
        try
        {
            return await create(connection, await connection.Client.CreateChannelAsync(cancellationToken: cancellationToken));
        }
        catch (Exception exception)
        {
            await connection.DisposeAsync();
            if (cancellationToken.IsCancellationRequested)
                throw;
            throw new BrokerFaultException(BrokerFault.From(exception, connector.Options), exception);
        }
    }
}
