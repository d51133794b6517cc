using Bridge.RabbitMq.Connections;
using RabbitMQ.Client;

namespace Bridge.Tools.Audit;

/// <summary>
/// Reads what a queue holds now. All of it stays held, unacknowledged, until this is disposed: then it lies in the queue again,
/// unless <see cref="RemoveAsync"/> was called. An audit that breaks off takes nothing.
/// </summary>
internal sealed class QueueReading : IAsyncDisposable
{
    // What a quorum queue hands one consumer, at most: to hold more takes more consumers.
    private const ushort MostPrefetch = 2_000;

    // Used until the size of messages is known: even with the largest events, this holds no more than an audit's default.
    private const ushort FirstPrefetch = 64;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ReturnPatience = TimeSpan.FromSeconds(10);

    private readonly BrokerConnection _connection;
    private readonly RabbitMqOptions _options;
    private readonly TimeProvider _clock;
    private readonly string _queue;
    private readonly IChannel _channel;
    private HeldMessages? _held;

    private QueueReading(BrokerConnection connection, IChannel channel, RabbitMqOptions options, string queue, uint count, TimeProvider clock)
    {
        _connection = connection;
        _channel = channel;
        _options = options;
        _queue = queue;
        _clock = clock;
        Count = count;
    }

    /// <summary>Messages that were there when it was opened, those that a consumer holds not included.</summary>
    public long Count { get; }

    /// <summary>Opens a queue.</summary>
    /// <exception cref="BrokerFaultException">The broker is out of reach, or the queue is missing or may not be read.</exception>
    public static async Task<QueueReading> OpenAsync(
        BrokerConnector connector, string queue, TimeProvider clock, CancellationToken cancellationToken)
    {
        var connection = await connector.OpenAsync("bridge audit", cancellationToken);
        try
        {
            var channel = await connection.Client.CreateChannelAsync(cancellationToken: cancellationToken);
            var found = await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
            return new QueueReading(connection, channel, connector.Options, queue, found.MessageCount, clock);
        }
        catch (Exception exception)
        {
            await connection.DisposeAsync();
            if (cancellationToken.IsCancellationRequested)
                throw;
            throw new BrokerFaultException(BrokerFault.From(exception, connector.Options), exception);
        }
    }

    /// <summary>True when reading ended because the limit on held bytes was reached.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Reads the messages that were there when this was opened, up to the limit on held bytes. Call it once.</summary>
    /// <param name="take">Takes each, one after the other.</param>
    /// <param name="bytes">
    /// Bytes that may be held, counting about an extra KiB for each message. The broker may deliver a few more messages, which
    /// are not taken.
    /// </param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>
    /// How many there were: fewer than <see cref="Count"/> when another consumer took the rest, or <see cref="IsFull"/>.
    /// </returns>
    /// <exception cref="BrokerFaultException">The broker failed.</exception>
    public async Task<long> ReadAsync(Action<SeenEvent> take, long bytes, CancellationToken cancellationToken)
    {
        if (Count == 0)
            return 0;
        var held = _held = new HeldMessages(_channel, Count, bytes, take, _options);
        try
        {
            await TryAsync(() => ConsumeAsync(held, bytes, cancellationToken), cancellationToken);
        }
        finally
        {
            held.End();
        }

        IsFull = held.HeldBytes >= bytes && held.Taken < Count;
        return held.Taken;
    }

    /// <summary>Removes everything that was read.</summary>
    /// <exception cref="BrokerFaultException">The broker failed: it may stay.</exception>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (_held is not { LastTag: > 0 } held)
            return;
        await TryAsync(
            async () =>
            {
                await _channel.BasicAckAsync(held.LastTag, multiple: true, cancellationToken);

                // An answer of this channel means that what was sent before it has been taken.
                await _channel.QueueDeclarePassiveAsync(_queue, cancellationToken);
            },
            cancellationToken);
        _held = null;
    }

    /// <summary>Gives back what was not removed, and waits a little until it is there.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _channel.CloseAsync(CancellationToken.None);
            if (_held is { } held)
                await WaitUntilReturnedAsync(held.Taken);
        }
        catch (Exception)
        {
            // The connection is closed next: then the broker takes back what is held.
        }

        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    // Adds a consumer when all earlier ones hold as much as they may, but none that would exceed the limit.
    private async Task ConsumeAsync(HeldMessages held, long bytes, CancellationToken cancellationToken)
    {
        long room = 0;
        do
        {
            var fitting = held.Taken == 0 ? FirstPrefetch : (bytes - held.HeldBytes) * held.Taken / held.HeldBytes;
            var prefetch = Math.Clamp(fitting, 1, MostPrefetch);
            await _channel.BasicQosAsync(prefetchSize: 0, (ushort)prefetch, global: false, cancellationToken);
            await _channel.BasicConsumeAsync(_queue, autoAck: false, held, cancellationToken);
            room += prefetch;
        }
        while (await held.UntilTakenAsync(room, _clock, cancellationToken));
    }

    // Another consumer may take them at once: then their number never shows.
    private async Task WaitUntilReturnedAsync(long count)
    {
        await using var channel = await _connection.Client.CreateChannelAsync();
        var began = _clock.GetTimestamp();
        while (await channel.MessageCountAsync(_queue) < count && _clock.GetElapsedTime(began) < ReturnPatience)
            await Task.Delay(Look, _clock);
        await channel.CloseAsync();
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
