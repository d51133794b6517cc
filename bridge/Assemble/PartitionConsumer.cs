using System.Diagnostics.CodeAnalysis;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Bridge.Assemble;

/// <summary>
/// Consumes one partition. The broker makes one replica at a time its active consumer; what that one holds unacknowledged when
/// it dies, or when it lets go, is handed to the next.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to release.")]
internal sealed class PartitionConsumer : AsyncDefaultBasicConsumer, IPartitionChannel
{
    // A quorum queue hands no more than this to one consumer.
    private const ushort Prefetch = 2_000;

    private readonly SemaphoreSlim _settling = new(1, 1);
    private readonly TimeProvider _clock;
    private readonly Action _cancelled;
    private TaskCompletionSource _cancelOk = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _tag;

    /// <param name="channel">The consumer's own.</param>
    /// <param name="queue">The partition's queue.</param>
    /// <param name="assemble">Makes what takes the chunks, which are settled here.</param>
    /// <param name="clock">Tells when a chunk was seen that does not say so.</param>
    /// <param name="cancelled">Called when the broker no longer delivers.</param>
    public PartitionConsumer(
        IChannel channel, string queue, Func<IPartitionChannel, PartitionAssembly> assemble, TimeProvider clock, Action cancelled)
        : base(channel)
    {
        Queue = queue;
        _clock = clock;
        _cancelled = cancelled;
        Assembly = assemble(this);
    }

    /// <inheritdoc/>
    public string Queue { get; }

    /// <summary>What takes the chunks.</summary>
    public PartitionAssembly Assembly { get; }

    /// <summary>Begins to consume.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await SetPrefetchAsync(cancellationToken);
        _tag = await Channel.BasicConsumeAsync(Queue, autoAck: false, this, cancellationToken);
    }

    /// <summary>Asks the broker for no more chunks, and waits for those on their way; what is held stays held.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_tag is null || !Channel.IsOpen)
            return;
        _cancelOk = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Channel.BasicCancelAsync(_tag, noWait: false, cancellationToken);

        // The call returns with the broker's answer; the answer's turn comes behind the chunks that were delivered before it.
        await _cancelOk.Task.WaitAsync(TimeSpan.FromSeconds(10), _clock, cancellationToken);
        _tag = null;
    }

    /// <summary>
    /// Lets go of the partition and queues up for it again, behind the other replicas: the first replica to start would otherwise
    /// keep every partition for as long as it lives.
    /// </summary>
    public async Task MoveAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);

        // A chunk may have come since the partition was found idle; the others of its batch go to the next active consumer.
        await Assembly.ReturnAllAsync();
        _tag = await Channel.BasicConsumeAsync(Queue, autoAck: false, this, cancellationToken);
    }

    /// <summary>
    /// Dead-letters what has waited too long, once the broker has answered on this channel: one that does not may hold the missing chunks.
    /// </summary>
    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        if (!Assembly.HasExpired)
            return;
        var asked = _clock.GetTimestamp();
        await SetPrefetchAsync(cancellationToken);
        Assembly.Expire(asked);
    }

    /// <inheritdoc/>
    public override async Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        await base.HandleBasicCancelOkAsync(consumerTag, cancellationToken);
        _cancelOk.TrySetResult();
    }

    /// <inheritdoc/>
    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        _cancelled();
        return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default) =>
        Assembly.TakeAsync(new ChunkDelivery(deliveryTag, properties, body, _clock.GetUtcNow()), cancellationToken);

    /// <inheritdoc/>
    public Task AcknowledgeAsync(IReadOnlyList<ChunkDelivery> chunks) =>
        SettleAsync(chunks, chunk => Channel.BasicAckAsync(chunk.DeliveryTag, multiple: false, CancellationToken.None));

    /// <inheritdoc/>
    public Task ReturnAsync(IReadOnlyList<ChunkDelivery> chunks) =>
        SettleAsync(chunks, chunk => Channel.BasicNackAsync(chunk.DeliveryTag, multiple: false, requeue: true, CancellationToken.None));

    private Task SetPrefetchAsync(CancellationToken cancellationToken) =>
        Channel.BasicQosAsync(prefetchSize: 0, Prefetch, global: false, cancellationToken);

    private async Task SettleAsync(IReadOnlyList<ChunkDelivery> chunks, Func<ChunkDelivery, ValueTask> settle)
    {
        await _settling.WaitAsync(CancellationToken.None);
        try
        {
            foreach (var chunk in chunks)
                await settle(chunk);
        }
        catch (Exception e) when (e is AlreadyClosedException or OperationInterruptedException or ObjectDisposedException)
        {
            // The chunks come again, to this replica or another, and are then known or published again under the same ids.
        }
        finally
        {
            _settling.Release();
        }
    }
}
