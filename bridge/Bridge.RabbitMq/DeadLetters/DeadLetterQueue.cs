using System.Runtime.CompilerServices;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using RabbitMQ.Client;

namespace Bridge.RabbitMq.DeadLetters;

/// <summary>
/// Reads the dead-letter queue. What is read stays in the queue, held by this reader. When the reader is disposed, each letter
/// that was not removed is back in its place.
/// </summary>
internal sealed class DeadLetterQueue : IAsyncDisposable
{
    // A quorum queue sorts what one command gives back by an Erlang map, which keeps the order of up to 32 keys.
    private const int ReturnsAtOnce = 32;

    private static readonly TimeSpan ReturnTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromMinutes(1);

    private readonly BrokerConnection _connection;
    private readonly IChannel _channel;
    private readonly RabbitMqOptions _options;
    private readonly TimeProvider _clock;

    // Delivery tags count from 1 on a channel. All up to the last are held, except those removed.
    private readonly HashSet<ulong> _removed = [];
    private readonly LetterAssembly _parts = new();
    private readonly long _messages;
    private ulong _last;
    private int _settled;

    private DeadLetterQueue(
        BrokerConnection connection, IChannel channel, RabbitMqOptions options, uint count, TimeProvider clock)
    {
        _connection = connection;
        _channel = channel;
        _options = options;
        _messages = count;
        _clock = clock;
    }

    /// <summary>
    /// Dead letters that were there when it was opened, without those that another reader holds. A letter in parts counts once
    /// after it has been read.
    /// </summary>
    public long Count => _messages - _parts.Joined;

    /// <summary>Opens the queue.</summary>
    /// <exception cref="BrokerFaultException">The broker is out of reach, or the queue is missing or may not be read.</exception>
    public static async Task<DeadLetterQueue> OpenAsync(
        BrokerConnector connector, TimeProvider clock, CancellationToken cancellationToken)
    {
        var connection = await connector.OpenAsync("bridge dead letters", cancellationToken);
        try
        {
            var channel = await connection.Client.CreateChannelAsync(cancellationToken: cancellationToken);
            // A call under way that is cancelled ends only with its answer or the library's own time.
            var queue = await channel.QueueDeclarePassiveAsync(BridgeQueues.Dead, cancellationToken).WaitAsync(cancellationToken);
            return new DeadLetterQueue(connection, channel, connector.Options, queue.MessageCount, clock);
        }
        catch (Exception exception)
        {
            await connection.DisposeAsync();
            if (cancellationToken.IsCancellationRequested)
                throw;
            throw Explain(exception, connector.Options);
        }
    }

    /// <summary>
    /// Reads the dead letters that were there when this was opened, oldest first. A letter in parts comes when its last part is
    /// read; parts of incomplete letters come at the end. Call it once.
    /// </summary>
    /// <exception cref="BrokerFaultException">The broker failed.</exception>
    public async IAsyncEnumerable<KeptDeadLetter> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long i = 0; i < _messages; i++)
        {
            if (await TryAsync(() => GetAsync(cancellationToken)) is not { } message)
                break;
            if (_parts.Add(KeptDeadLetter.From(message)) is { } letter)
                yield return letter;
        }

        foreach (var part in _parts.Incomplete)
            yield return part;
    }

    /// <summary>Removes a dead letter that was read; certain once <see cref="SettleAsync"/> has ended.</summary>
    /// <exception cref="BrokerFaultException">The broker failed: it stays.</exception>
    public Task RemoveAsync(KeptDeadLetter letter, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        foreach (var tag in letter.DeliveryTags)
        {
            await _channel.BasicAckAsync(tag, multiple: false, cancellationToken);
            _removed.Add(tag);
        }

        return true;
    });

    /// <summary>Completes when the queue has applied every removal.</summary>
    /// <exception cref="BrokerFaultException">The broker failed: any of them may stay.</exception>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        // The broker holds back acknowledgements while more than 32 of them are not applied, and forgets those when the channel
        // closes. A get is applied in its turn: behind the first one they are sent, behind the second they are applied.
        var removed = _removed.Count;
        await TryAsync(() => GetAsync(cancellationToken));
        await TryAsync(() => GetAsync(cancellationToken));
        _settled = removed;
    }

    /// <summary>Gives back what was not removed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await ReturnAsync().WaitAsync(DisposeTimeout, _clock);
        }
        catch (Exception)
        {
            // The connection is closed next in any case. Then the broker puts them back in an order of its own.
        }

        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task<BasicGetResult?> GetAsync(CancellationToken cancellationToken)
    {
        var message = await _channel.BasicGetAsync(BridgeQueues.Dead, autoAck: false, cancellationToken);
        _last = message?.DeliveryTag ?? _last;
        return message;
    }

    // Gives letters back in their order, each group only when the one before has arrived. The broker puts them before what was
    // never read, but behind what was given back earlier. So reading all of that keeps its order, and reading a part does not.
    private async Task ReturnAsync()
    {
        if (_settled < _removed.Count)
            await SettleAsync(CancellationToken.None);
        long ready = await CountReadyAsync();
        for (ulong tag = 0; tag < _last;)
        {
            var held = 0;
            while (held < ReturnsAtOnce && tag < _last)
                held += _removed.Contains(++tag) ? 0 : 1;
            if (held == 0)
                break;
            await _channel.BasicNackAsync(tag, multiple: true, requeue: true, CancellationToken.None);
            ready += held;
            await WaitUntilReadyAsync(ready);
        }

        await _channel.CloseAsync(CancellationToken.None);
    }

    // Another reader may take them at once. Then their number never shows, and that reader decides the order.
    private async Task WaitUntilReadyAsync(long count)
    {
        var began = _clock.GetTimestamp();
        while (await CountReadyAsync() < count && _clock.GetElapsedTime(began) < ReturnTimeout)
            await Task.Delay(PollInterval, _clock);
    }

    private async Task<long> CountReadyAsync() => (await _channel.QueueDeclarePassiveAsync(BridgeQueues.Dead)).MessageCount;

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
