using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Simulation.Broker;

/// <content>What the bridge's stages never ask of a channel.</content>
internal sealed partial class SimulatedChannel
{
    public event AsyncEventHandler<CallbackExceptionEventArgs> CallbackExceptionAsync { add { } remove { } }

    public event AsyncEventHandler<FlowControlEventArgs> FlowControlAsync { add { } remove { } }

    public IAsyncBasicConsumer? DefaultConsumer { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public string? CurrentQueue => throw new NotSupportedException();

    public TimeSpan ContinuationTimeout { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public ValueTask<ulong> GetNextPublishSequenceNumberAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<BasicGetResult?> BasicGetAsync(string queue, bool autoAck, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask BasicPublishAsync<TProperties>(
        CachedString exchange,
        CachedString routingKey,
        bool mandatory,
        TProperties basicProperties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
        where TProperties : IReadOnlyBasicProperties, IAmqpHeader => throw new NotSupportedException();

    public ValueTask BasicRejectAsync(ulong deliveryTag, bool requeue, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task CloseAsync(ShutdownEventArgs reason, bool abort) => throw new NotSupportedException();

    public Task CloseAsync(ShutdownEventArgs reason, bool abort, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task ExchangeDeclareAsync(
        string exchange,
        string type,
        bool durable,
        bool autoDelete,
        IDictionary<string, object?>? arguments = null,
        bool passive = false,
        bool noWait = false,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task ExchangeDeleteAsync(string exchange, bool ifUnused = false, bool noWait = false, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task ExchangeBindAsync(
        string destination,
        string source,
        string routingKey,
        IDictionary<string, object?>? arguments = null,
        bool noWait = false,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task ExchangeUnbindAsync(
        string destination,
        string source,
        string routingKey,
        IDictionary<string, object?>? arguments = null,
        bool noWait = false,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<uint> QueueDeleteAsync(
        string queue, bool ifUnused, bool ifEmpty, bool noWait = false, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<uint> QueuePurgeAsync(string queue, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task QueueBindAsync(
        string queue,
        string exchange,
        string routingKey,
        IDictionary<string, object?>? arguments = null,
        bool noWait = false,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task QueueUnbindAsync(
        string queue,
        string exchange,
        string routingKey,
        IDictionary<string, object?>? arguments = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<uint> MessageCountAsync(string queue, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<uint> ConsumerCountAsync(string queue, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task TxCommitAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task TxRollbackAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task TxSelectAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
