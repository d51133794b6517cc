using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Simulation.World;

namespace Simulation.Broker;

/// <summary>A channel as the client library shows it.</summary>
internal sealed partial class SimulatedChannel(SimulatedWorld world, SimulatedConnection connection, int number) : IChannel
{
    private readonly List<Action<ShutdownEventArgs>> _expecting = [];
    private readonly Dictionary<string, IAsyncBasicConsumer> _consumers = new(StringComparer.Ordinal);
    private readonly Queue<Func<Task>> _deliveries = [];
    private readonly CancellationTokenSource _shut = new();
    private BrokerChannel? _broker;
    private bool _delivering;
    private int _prefetch;

    public event AsyncEventHandler<BasicAckEventArgs>? BasicAcksAsync;

    public event AsyncEventHandler<BasicNackEventArgs>? BasicNacksAsync;

    public event AsyncEventHandler<BasicReturnEventArgs>? BasicReturnAsync;

    public event AsyncEventHandler<ShutdownEventArgs>? ChannelShutdownAsync;

    public int ChannelNumber => number;

    public ShutdownEventArgs? CloseReason { get; private set; }

    public bool IsOpen => CloseReason is null;

    public bool IsClosed => !IsOpen;

    private BrokerChannel Broker => _broker ??= connection.Session.OpenChannel(number);

    private IBrokerRules Rules => connection.Session.Broker.Rules;

    public Task<T> CallAsync<T>(Func<T> atBroker, CancellationToken cancellationToken) => connection.CallAsync(this, atBroker, cancellationToken);

    /// <summary>Called when the channel is closed.</summary>
    public void Expect(Action<ShutdownEventArgs> closed) => _expecting.Add(closed);

    /// <summary>It is closed, and whoever uses it is told.</summary>
    public void Shut(ShutdownEventArgs reason)
    {
        if (CloseReason is not null)
            return;
        CloseReason = reason;
        _deliveries.Clear();
        _shut.Cancel();
        foreach (var closed in _expecting)
            closed(reason);
        connection.Raise(ChannelShutdownAsync, reason);
    }

    public void OnAcknowledged(IReadOnlyList<BrokerMessage> messages, ulong sequence, bool multiple)
    {
        if (IsClosed)
            return;
        foreach (var message in messages)
            Rules.OnConfirmed(message, connection.Replica);
        connection.Raise(BasicAcksAsync, new BasicAckEventArgs(sequence, multiple));
    }

    public void OnNacked(ulong sequence) => connection.Raise(BasicNacksAsync, new BasicNackEventArgs(sequence, multiple: false, requeue: false));

    public void OnReturned(BrokerMessage message, string exchange, string routingKey)
    {
        if (IsOpen)
            connection.Raise(BasicReturnAsync, new BasicReturnEventArgs(312, "NO_ROUTE", exchange, routingKey, message.Properties, message.Body));
    }

    public void OnRefused(BrokerMessage message, Action tell)
    {
        if (IsClosed)
            return;
        Rules.OnRefused(message, connection.Replica);
        tell();
    }

    public void OnDelivered(string tag, ulong delivery, BrokerMessage message) => Dispatch(() => _consumers[tag].HandleBasicDeliverAsync(
        tag, delivery, redelivered: false, exchange: "", message.Place, message.Properties, message.Body, _shut.Token));

    /// <summary>As the library does, copies the message before it waits for room in the socket.</summary>
    public async ValueTask BasicPublishAsync<TProperties>(
        string exchange,
        string routingKey,
        bool mandatory,
        TProperties basicProperties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
        where TProperties : IReadOnlyBasicProperties, IAmqpHeader
    {
        ThrowIfClosed();
        var properties = new BasicProperties(new ReadOnlyBasicProperties(Written(basicProperties)));
        var message = new BrokerMessage(exchange.Length == 0 ? routingKey : exchange, properties.MessageId ?? "", body.ToArray(), properties);
        Rules.OnPublishing(message, connection.Replica);
        connection.Session.Receive(() => Broker.Publish(this, exchange, routingKey, message));
        await connection.Session.WriteAsync();
    }

    public ValueTask BasicAckAsync(ulong deliveryTag, bool multiple, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        connection.Session.Receive(() => Broker.Acknowledge(deliveryTag));
        return ValueTask.CompletedTask;
    }

    public ValueTask BasicNackAsync(ulong deliveryTag, bool multiple, bool requeue, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        connection.Session.Receive(() => Broker.Return(deliveryTag));
        return ValueTask.CompletedTask;
    }

    public Task BasicQosAsync(uint prefetchSize, ushort prefetchCount, bool global, CancellationToken cancellationToken = default) =>
        CallAsync(() => _prefetch = prefetchCount, cancellationToken);

    public async Task<string> BasicConsumeAsync(
        string queue,
        bool autoAck,
        string consumerTag,
        bool noLocal,
        bool exclusive,
        IDictionary<string, object?>? arguments,
        IAsyncBasicConsumer consumer,
        CancellationToken cancellationToken = default)
    {
        // The library knows the consumer before the first delivery can come.
        var tag = $"{queue}/{_consumers.Count}";
        _consumers.Add(tag, consumer);
        return await CallAsync(() =>
        {
            Broker.Consume(this, queue, tag, _prefetch);
            return tag;
        }, cancellationToken);
    }

    public Task BasicCancelAsync(string consumerTag, bool noWait = false, CancellationToken cancellationToken = default) => CallAsync(() =>
    {
        Broker.Cancel(consumerTag);
        connection.Session.Send(() => Dispatch(() => _consumers[consumerTag].HandleBasicCancelOkAsync(consumerTag, _shut.Token)));
        return true;
    }, cancellationToken);

    public Task ExchangeDeclarePassiveAsync(string exchange, CancellationToken cancellationToken = default) => CallAsync(
        () => exchange == SimulatedBroker.Exchange ? true : throw new BrokerRefusalException(404, $"NOT_FOUND - no exchange '{exchange}'"),
        cancellationToken);

    public Task<QueueDeclareOk> QueueDeclarePassiveAsync(string queue, CancellationToken cancellationToken = default) => CallAsync(
        () => connection.Session.Broker.FindQueue(queue) is null
            ? throw new BrokerRefusalException(404, $"NOT_FOUND - no queue '{queue}'")
            : new QueueDeclareOk(queue, 0, 0),
        cancellationToken);

    public Task<QueueDeclareOk> QueueDeclareAsync(
        string queue,
        bool durable,
        bool exclusive,
        bool autoDelete,
        IDictionary<string, object?>? arguments = null,
        bool passive = false,
        bool noWait = false,
        CancellationToken cancellationToken = default) => CallAsync(
        () =>
        {
            connection.Session.Broker.Declare(queue);
            return new QueueDeclareOk(queue, 0, 0);
        },
        cancellationToken);

    public async Task CloseAsync(ushort replyCode, string replyText, bool abort, CancellationToken cancellationToken = default)
    {
        if (IsClosed)
            return;
        await CallAsync(() =>
        {
            connection.Session.CloseChannel(number);
            return true;
        }, cancellationToken);
        Shut(new ShutdownEventArgs(ShutdownInitiator.Application, replyCode, replyText));
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (connection.IsOpen)
                await CloseAsync(200, "disposed", abort: true);
        }
        catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException or TimeoutException or OperationCanceledException)
        {
            // Closed is closed.
        }
    }

    public void Dispose()
    {
    }

    private static byte[] Written(IAmqpWriteable properties)
    {
        var bytes = new byte[properties.GetRequiredBufferSize()];
        properties.WriteTo(bytes);
        return bytes;
    }

    private void ThrowIfClosed()
    {
        if ((CloseReason ?? connection.CloseReason) is { } reason)
            throw new AlreadyClosedException(reason);
    }

    // One at a time, in order, and each to its end.
    private void Dispatch(Func<Task> deliver)
    {
        if (IsClosed)
            return;
        _deliveries.Enqueue(deliver);
        if (!_delivering)
            _ = DispatchAllAsync();
    }

    private async Task DispatchAllAsync()
    {
        _delivering = true;
        while (_deliveries.TryDequeue(out var deliver))
        {
            try
            {
                await deliver();
            }
            catch (Exception e) when (e is not OperationCanceledException || !_shut.IsCancellationRequested)
            {
                world.Break($"a consumer failed: {e.GetType().Name}: {e.Message}");
            }
            catch (OperationCanceledException)
            {
                // The channel was closed meanwhile.
            }
        }

        _delivering = false;
    }
}
