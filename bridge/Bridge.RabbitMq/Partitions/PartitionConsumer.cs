using System.Diagnostics.CodeAnalysis;
using Bridge.Core.Reassembly;
using RabbitMQ.Client;

namespace Bridge.RabbitMq.Partitions;

/// <summary>
/// Consumes one partition. The broker makes one replica at a time its active consumer; what that one holds unacknowledged when
/// it dies, or when it lets go, is handed to the next.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to release.")]
internal sealed class PartitionConsumer : AsyncDefaultBasicConsumer, IPartitionChannel
{
    private readonly SemaphoreSlim _settling = new(1, 1);
    private readonly SemaphoreSlim _subscribing = new(1, 1);
    private readonly TimeProvider _clock;
    private readonly Func<Task> _ensureQueue;
    private readonly Func<Task> _untilConsumed;
    private readonly Action<Exception> _failed;
    private TaskCompletionSource _cancelOk = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _tag;
    private int _prefetch;
    private bool _isStopped;

    /// <param name="channel">The consumer's own.</param>
    /// <param name="queue">The partition's queue.</param>
    /// <param name="assemble">Makes what takes the chunks, which are settled here.</param>
    /// <param name="clock">Tells when a chunk was seen that does not say so.</param>
    /// <param name="ensureQueue">Finds the queue, or makes it again.</param>
    /// <param name="untilConsumed">Completes when all partitions are consumed, at once or after a new connection.</param>
    /// <param name="failed">Called with what went wrong when a new connection is needed.</param>
    public PartitionConsumer(
        IChannel channel,
        string queue,
        Func<IPartitionChannel, PartitionAssembly> assemble,
        TimeProvider clock,
        Func<Task> ensureQueue,
        Func<Task> untilConsumed,
        Action<Exception> failed)
        : base(channel)
    {
        Queue = queue;
        _clock = clock;
        _ensureQueue = ensureQueue;
        _untilConsumed = untilConsumed;
        _failed = failed;
        Assembly = assemble(this);
    }

    /// <inheritdoc/>
    public string Queue { get; }

    /// <summary>What takes the chunks.</summary>
    public PartitionAssembly Assembly { get; }

    /// <summary>Begins to consume.</summary>
    public Task StartAsync(CancellationToken cancellationToken) =>
        InTurnAsync(() => SubscribeAsync(cancellationToken), cancellationToken);

    /// <summary>Asks the broker for no more chunks, and waits for those on their way; what is held stays held.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => InTurnAsync(
        () =>
        {
            _isStopped = true;
            return UnsubscribeAsync(cancellationToken);
        },
        cancellationToken);

    /// <summary>
    /// Lets go of the partition, which is idle, and queues up for it again, behind the other replicas: the first replica to
    /// start would
    /// otherwise keep every partition for as long as it lives.
    /// </summary>
    public Task MoveAsync(CancellationToken cancellationToken) => InTurnAsync(
        async () =>
        {
            await LetGoAsync(cancellationToken);
            Assembly.ResetPrefetch();
            await SubscribeAsync(cancellationToken);
        },
        cancellationToken);

    /// <inheritdoc/>
    public void ConsumeAnew() => _ = TryInTurnAsync(async () =>
    {
        if (_prefetch == Assembly.Prefetch)
            return;
        await LetGoAsync(CancellationToken.None);
        await SubscribeAsync(CancellationToken.None);
    });

    /// <summary>
    /// Dead-letters what has waited too long, once the broker has answered on this channel: one that does not may hold the
    /// missing chunks.
    /// </summary>
    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        if (Assembly.HasExpired)
            await InTurnAsync(ExpireInTurnAsync, cancellationToken);

        async Task ExpireInTurnAsync()
        {
            var asked = _clock.GetUtcNow();
            await Channel.BasicQosAsync(prefetchSize: 0, (ushort)_prefetch, global: false, cancellationToken);
            Assembly.Expire(asked);
        }
    }

    /// <inheritdoc/>
    public override async Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        await base.HandleBasicCancelOkAsync(consumerTag, cancellationToken);
        _cancelOk.TrySetResult();
    }

    /// <inheritdoc/>
    public override async Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        // The queue was deleted, with all unacknowledged chunks. Other partitions are not affected.
        _tag = null;
        await base.HandleBasicCancelAsync(consumerTag, cancellationToken);
        await Assembly.ForwardAllAsync(SubscribeAgainAsync);
    }

    /// <inheritdoc/>
    public override async Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        try
        {
            var origin = ChunkProperties.ReadOrigin(properties, _clock.GetUtcNow());
            await Assembly.TakeAsync(new ChunkDelivery(deliveryTag, properties.MessageId ?? "", origin, body), cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Otherwise the library would go on, and the chunk would never be settled.
            _failed(e);
        }
    }

    /// <inheritdoc/>
    public Task AcknowledgeAsync(IReadOnlyList<ChunkDelivery> chunks) =>
        SettleAsync(chunks, chunk => Channel.BasicAckAsync(chunk.DeliveryTag, multiple: false, CancellationToken.None));

    /// <inheritdoc/>
    public Task ReturnAsync(IReadOnlyList<ChunkDelivery> chunks) =>
        SettleAsync(
            chunks,
            chunk => Channel.BasicNackAsync(chunk.DeliveryTag, multiple: false, requeue: true, CancellationToken.None));

    // It holds for those who begin to consume after it.
    private Task SetPrefetchAsync(CancellationToken cancellationToken) =>
        Channel.BasicQosAsync(prefetchSize: 0, (ushort)(_prefetch = Assembly.Prefetch), global: false, cancellationToken);

    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        await SetPrefetchAsync(cancellationToken);
        _tag = await Channel.BasicConsumeAsync(Queue, autoAck: false, this, cancellationToken);
    }

    // The broker reports a deletion before the queue is gone, and until then confirms what is published to it. So a queue is new
    // only if it accepts a consumer afterwards.
    private async Task SubscribeAgainAsync()
    {
        await TryInTurnAsync(async () =>
        {
            await _ensureQueue();
            await SubscribeAsync(CancellationToken.None);
        });
        await _untilConsumed();
    }

    private async Task UnsubscribeAsync(CancellationToken cancellationToken)
    {
        if (_tag is null || !Channel.IsOpen)
            return;
        _cancelOk = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Channel.BasicCancelAsync(_tag, noWait: false, cancellationToken);

        // The call returns with the broker's answer; the answer's turn comes behind the chunks that were delivered before it.
        await _cancelOk.Task.WaitAsync(TimeSpan.FromSeconds(10), _clock, cancellationToken);
        _tag = null;
    }

    // The others of a batch go to the next active consumer: so must what is held.
    private async Task LetGoAsync(CancellationToken cancellationToken)
    {
        await UnsubscribeAsync(cancellationToken);
        await Assembly.ReturnAllAsync();
    }

    private async Task TryInTurnAsync(Func<Task> change)
    {
        try
        {
            await InTurnAsync(() => _isStopped ? Task.CompletedTask : change(), CancellationToken.None);
        }
        catch (Exception e)
        {
            // What cannot begin anew here begins anew with a new connection.
            _failed(e);
        }
    }

    private async Task InTurnAsync(Func<Task> change, CancellationToken cancellationToken)
    {
        await _subscribing.WaitAsync(cancellationToken);
        try
        {
            await change();
        }
        finally
        {
            _subscribing.Release();
        }
    }

    private async Task SettleAsync(IReadOnlyList<ChunkDelivery> chunks, Func<ChunkDelivery, ValueTask> settle)
    {
        await _settling.WaitAsync(CancellationToken.None);
        try
        {
            foreach (var chunk in chunks)
                await settle(chunk);
        }
        catch (Exception e)
        {
            // On a new connection this replica or another gets the chunks again. It drops a batch that it knows, or publishes it
            // again under the same ids.
            _failed(e);
        }
        finally
        {
            _settling.Release();
        }
    }
}
