using System.Runtime.CompilerServices;
using Bridge.Publish;
using RabbitMQ.Client;

namespace Bridge.DeadLetter;

/// <summary>
/// Reads the dead-letter queue. What is read stays in it: it is only held until this is disposed, and then lies where it lay,
/// unless it was removed.
/// </summary>
internal sealed class DeadLetterQueue : IAsyncDisposable
{
    private readonly BrokerConnection _connection;
    private readonly IChannel _channel;
    private readonly RabbitMqOptions _options;

    private DeadLetterQueue(BrokerConnection connection, IChannel channel, RabbitMqOptions options, uint count)
    {
        _connection = connection;
        _channel = channel;
        _options = options;
        Count = count;
    }

    /// <summary>Dead letters that were there when it was opened, those that another reader holds not included.</summary>
    public long Count { get; }

    /// <summary>Opens the queue.</summary>
    /// <exception cref="BrokerFaultException">The broker is out of reach, or the queue is missing or may not be read.</exception>
    public static async Task<DeadLetterQueue> OpenAsync(BrokerConnector connector, CancellationToken cancellationToken)
    {
        var connection = await connector.OpenAsync("bridge dead letters", cancellationToken);
        try
        {
            var channel = await connection.Client.CreateChannelAsync(cancellationToken: cancellationToken);
            var queue = await channel.QueueDeclarePassiveAsync(Topology.DeadQueue, cancellationToken);
            return new DeadLetterQueue(connection, channel, connector.Options, queue.MessageCount);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            await connection.DisposeAsync();
            throw Explain(exception, connector.Options);
        }
    }

    /// <summary>Reads the dead letters that were there when this was opened, oldest first. Call it once.</summary>
    /// <exception cref="BrokerFaultException">The broker failed.</exception>
    public async IAsyncEnumerable<KeptDeadLetter> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long i = 0; i < Count; i++)
        {
            if (await TryAsync(() => _channel.BasicGetAsync(Topology.DeadQueue, autoAck: false, cancellationToken)) is not { } message)
                yield break;
            yield return KeptDeadLetter.Of(message);
        }
    }

    /// <summary>Removes a dead letter that was read.</summary>
    /// <exception cref="BrokerFaultException">The broker failed: it stays.</exception>
    public Task RemoveAsync(KeptDeadLetter letter, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        await _channel.BasicAckAsync(letter.DeliveryTag, multiple: false, cancellationToken);
        return true;
    });

    /// <summary>Gives back what was not removed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // Waits until the broker has seen every removal.
            await _channel.CloseAsync(CancellationToken.None);
        }
        catch (Exception)
        {
            // The connection is closed next either way.
        }

        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static BrokerFaultException Explain(Exception exception, RabbitMqOptions options) =>
        exception as BrokerFaultException ?? new BrokerFaultException(BrokerFault.From(exception, options), exception);

    private async Task<T> TryAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw Explain(exception, _options);
        }
    }
}
