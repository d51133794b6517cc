using Bridge.RabbitMq.Connections;
using RabbitMQ.Client;

namespace Bridge.Tools.Audit;

/// <summary>
/// Reads the present messages of a queue. They stay unacknowledged until this is disposed, and then return to the queue unless
/// <see cref="RemoveAsync"/> was called. An audit that fails therefore removes nothing.
/// </summary>
internal sealed class QueueReading : IAsyncDisposable
{
    // A quorum queue delivers no more to one consumer. To hold more messages, several consumers are needed.
    private const ushort MaxPrefetch = 2_000;

    // Used until the size of the messages is known. Even with the largest events it holds less than the default of --max-bytes.
    private const ushort FirstPrefetch = 64;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ReturnTimeout = TimeSpan.FromSeconds(10);

    private readonly BrokerConnection _connection;
    private readonly RabbitMqOptions _options;
    private readonly TimeProvider _clock;
    private readonly string _queue;
    private readonly IChannel _channel;
    private HeldMessages? _held;

    private QueueReading(
        BrokerConnection connection, IChannel channel, RabbitMqOptions options, string queue, uint count, TimeProvider clock)
    {
        _connection = connection;
        _channel = channel;
        _options = options;
        _queue = queue;
        _clock = clock;
        Count = count;
    }

    /// <summary>Messages in the queue when it was opened, without those that a consumer holds.</summary>
    public long Count { get; }

    /// <summary>Opens a queue.</summary>
    /// <exception cref="BrokerFaultException">The broker is unreachable, or the queue is missing or may not be read.</exception>
    public static Task<QueueReading> OpenAsync(
        BrokerConnector connector, string queue, TimeProvider clock, CancellationToken cancellationToken) =>
        connector.OpenForAuditAsync(
            async (connection, channel) =>
            {
                var found = await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
                return new QueueReading(connection, channel, connector.Options, queue, found.MessageCount, clock);
            },
            cancellationToken);

    /// <summary>True when reading ended because the limit on held bytes was reached.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Reads the messages that <see cref="Count"/> counted, up to the limit on held bytes. Call it once.</summary>
    /// <param name="take">Called for each message, never concurrently.</param>
    /// <param name="bytes">
    /// Bytes that may be held, counting about an extra KiB for each message. The broker may deliver a few more messages; they are
    /// ignored.
    /// </param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>
    /// The number of messages read. It is less than <see cref="Count"/> when another consumer took some, or when
    /// <see cref="IsFull"/> is true.
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

    /// <summary>Removes the messages that were read.</summary>
    /// <exception cref="BrokerFaultException">The broker failed, so the messages may still be in the queue.</exception>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (_held is not { LastTag: > 0 } held)
            return;
        await TryAsync(
            async () =>
            {
                await _channel.BasicAckAsync(held.LastTag, multiple: true, cancellationToken);

                // The broker handles a channel's commands in order: its answer shows that it has handled the acknowledgement.
                await _channel.QueueDeclarePassiveAsync(_queue, cancellationToken);
            },
            cancellationToken);
        _held = null;
    }

    /// <summary>Returns the messages that were not removed, and waits up to 10 s until the queue has them.</summary>
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
            // The connection is closed next, which returns the messages too.
        }

        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    // Adds a consumer when the earlier ones are full, with a prefetch that keeps to the limit on bytes.
    private async Task ConsumeAsync(HeldMessages held, long bytes, CancellationToken cancellationToken)
    {
        long room = 0;
        do
        {
            var fitting = held.Taken == 0 ? FirstPrefetch : (bytes - held.HeldBytes) * held.Taken / held.HeldBytes;
            var prefetch = Math.Clamp(fitting, 1, MaxPrefetch);
            await _channel.BasicQosAsync(prefetchSize: 0, (ushort)prefetch, global: false, cancellationToken);
            await _channel.BasicConsumeAsync(_queue, autoAck: false, held, cancellationToken);
            room += prefetch;
        }
        while (await held.UntilTakenAsync(room, _clock, cancellationToken));
    }

    // The time is bounded because another consumer may take them at once, so that the queue never has all of them.
    private async Task WaitUntilReturnedAsync(long count)
    {
        await using var channel = await _connection.Client.CreateChannelAsync();
        var began = _clock.GetTimestamp();
        while (await channel.MessageCountAsync(_queue) < count && _clock.GetElapsedTime(began) < ReturnTimeout)
            await Task.Delay(PollInterval, _clock);
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
