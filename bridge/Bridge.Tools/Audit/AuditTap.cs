using System.Threading.Channels;
using Bridge.RabbitMq.Connections;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Bridge.Tools.Audit;

/// <summary>
/// A queue of the audit's own, bound to the exchange for as long as this lives: exclusive, and gone with its connection.
/// </summary>
internal sealed class AuditTap : IAsyncDisposable
{
    private const ushort Prefetch = 2_000;
    private const int EventsAnAck = 200;

    private readonly BrokerConnection _connection;
    private readonly IChannel _channel;
    private readonly RabbitMqOptions _options;

    // Bounded by the prefetch: what is in it is not acknowledged.
    private readonly Channel<(SeenEvent Event, ulong Tag)> _seen =
        Channel.CreateUnbounded<(SeenEvent, ulong)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private AuditTap(BrokerConnection connection, IChannel channel, RabbitMqOptions options)
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
    /// <param name="connector">Where the exchange is.</param>
    /// <param name="bindings">Binding keys.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BrokerFaultException">The exchange is missing, or the user may not declare, bind or read.</exception>
    public static async Task<AuditTap> OpenAsync(BrokerConnector connector, IReadOnlyList<string> bindings, CancellationToken cancellationToken)
    {
        var connection = await connector.OpenAsync("bridge audit", cancellationToken);
        try
        {
            var tap = new AuditTap(connection, await connection.Client.CreateChannelAsync(cancellationToken: cancellationToken), connector.Options);
            await tap.StartAsync(connector.Options.Exchange, bindings, cancellationToken);
            return tap;
        }
        catch (Exception exception)
        {
            await connection.DisposeAsync();
            if (cancellationToken.IsCancellationRequested)
                throw;
            throw new BrokerFaultException(BrokerFault.From(exception, connector.Options), exception);
        }
    }

    /// <summary>Gives events until it is told to stop.</summary>
    /// <param name="take">Takes each.</param>
    /// <param name="isDone">Asked whenever all that has come is taken; true ends the reading.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <exception cref="BrokerFaultException">The connection was lost: events may have passed unseen.</exception>
    public async Task ReadAsync(Action<SeenEvent> take, Func<bool> isDone, CancellationToken stop)
    {
        try
        {
            while (!isDone() && await _seen.Reader.WaitToReadAsync(stop))
                await TakeAllAsync(take);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The time is up.
        }
        catch (Exception exception) when (exception is AlreadyClosedException or OperationInterruptedException)
        {
            throw new BrokerFaultException(BrokerFault.From(exception, _options), exception);
        }
    }

    /// <summary>Ends the queue with its connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task StartAsync(string exchange, IReadOnlyList<string> bindings, CancellationToken cancellationToken)
    {
        var name = $"telemetry.audit.{Guid.NewGuid():N}";
        await _channel.QueueDeclareAsync(name, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
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

    private sealed class Consumer(IChannel channel, ChannelWriter<(SeenEvent Event, ulong Tag)> writer) : AsyncDefaultBasicConsumer(channel)
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
            writer.TryWrite((SeenEvent.Of(properties, body.Span), deliveryTag));
            return Task.CompletedTask;
        }

        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
        {
            writer.TryComplete(new BrokerFaultException(
                new BrokerFault("the broker deleted the audit's queue: events may have passed unseen; start the audit again", IsTransient: true)));
            return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
        }
    }
}
