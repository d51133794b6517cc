using System.Runtime.CompilerServices;
using Bridge.Publish;
using RabbitMQ.Client;

namespace Bridge.Audit;

/// <summary>
/// Reads what a queue holds now. All of it stays held, unacknowledged, until this is disposed: then it lies in the queue again,
/// unless <see cref="RemoveAsync"/> was called. An audit that breaks off takes nothing.
/// </summary>
internal sealed class QueueReading : IAsyncDisposable
{
    private readonly BrokerConnection _connection;
    private readonly IChannel _channel;
    private readonly RabbitMqOptions _options;
    private readonly string _queue;
    private ulong _last;

    private QueueReading(BrokerConnection connection, IChannel channel, RabbitMqOptions options, string queue, uint count)
    {
        _connection = connection;
        _channel = channel;
        _options = options;
        _queue = queue;
        Count = count;
    }

    /// <summary>Messages that were there when it was opened, those that a consumer holds not included.</summary>
    public long Count { get; }

    /// <summary>Opens a queue.</summary>
    /// <exception cref="BrokerFaultException">The broker is out of reach, or the queue is missing or may not be read.</exception>
    public static async Task<QueueReading> OpenAsync(BrokerConnector connector, string queue, CancellationToken cancellationToken)
    {
        var connection = await connector.OpenAsync("bridge audit", cancellationToken);
        try
        {
            var channel = await connection.Client.CreateChannelAsync(cancellationToken: cancellationToken);
            var found = await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
            return new QueueReading(connection, channel, connector.Options, queue, found.MessageCount);
        }
        catch (Exception exception)
        {
            await connection.DisposeAsync();
            if (cancellationToken.IsCancellationRequested)
                throw;
            throw new BrokerFaultException(BrokerFault.From(exception, connector.Options), exception);
        }
    }

    /// <summary>Reads the messages that were there when this was opened. Call it once.</summary>
    /// <exception cref="BrokerFaultException">The broker failed.</exception>
    public async IAsyncEnumerable<SeenEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long i = 0; i < Count; i++)
        {
            if (await GetAsync(cancellationToken) is not { } message)
                yield break;
            _last = message.DeliveryTag;
            yield return SeenEvent.Of(message.BasicProperties, message.Body.Span);
        }
    }

    /// <summary>Removes everything that was read.</summary>
    /// <exception cref="BrokerFaultException">The broker failed: it may stay.</exception>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (_last == 0)
            return;
        await TryAsync(async () => await _channel.BasicAckAsync(_last, multiple: true, cancellationToken), cancellationToken);
        _last = 0;

        // An answer of this channel means that what was sent before it has been taken.
        await TryAsync(() => _channel.QueueDeclarePassiveAsync(_queue, cancellationToken), cancellationToken);
    }

    /// <summary>Gives back what was not removed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_last > 0)
                await _channel.BasicNackAsync(_last, multiple: true, requeue: true, CancellationToken.None);
            await _channel.CloseAsync(CancellationToken.None);
        }
        catch (Exception)
        {
            // The connection is closed next: then the broker takes back what is held.
        }

        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task<BasicGetResult?> GetAsync(CancellationToken cancellationToken)
    {
        BasicGetResult? message = null;
        await TryAsync(async () => message = await _channel.BasicGetAsync(_queue, autoAck: false, cancellationToken), cancellationToken);
        return message;
    }

    private async Task TryAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BrokerFaultException(BrokerFault.From(exception, _options), exception);
        }
    }
}
