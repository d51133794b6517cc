using System.Diagnostics.CodeAnalysis;
using Bridge.Diagnostics;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Telemetry.Codec;

namespace Bridge.Assemble;

/// <summary>
/// Consumes one partition and collects its chunks, which stay unacknowledged until their batch is settled: if this replica
/// dies, RabbitMQ hands them to the next one. The broker makes one replica at a time the partition's active consumer.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to release.")]
internal sealed class PartitionConsumer(
    IChannel channel,
    string queue,
    WholeBatches whole,
    CodecLimits limits,
    AssembleOptions options,
    BridgeMetrics metrics,
    TaskGroup inWork,
    TimeProvider clock,
    Action cancelled,
    CancellationToken abort) : AsyncDefaultBasicConsumer(channel)
{
    // A quorum queue hands no more than this to one consumer.
    private const int Prefetch = 2_000;

    // At least this long, or the whole time-out, a batch waits for its chunks after a fail-over.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _acks = new(1, 1);
    private readonly BatchAssembler<ChunkDelivery> _assembler = new(options.Timeout);
    private string? _tag;

    /// <summary>Bytes of slices held.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _assembler.Bytes;
        }
    }

    /// <summary>Begins to consume.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Channel.BasicQosAsync(prefetchSize: 0, Prefetch, global: false, cancellationToken);
        _tag = await Channel.BasicConsumeAsync(queue, autoAck: false, this, cancellationToken);
    }

    /// <summary>Asks the broker for no more chunks; those held stay held.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_tag is not null && Channel.IsOpen)
            await Channel.BasicCancelAsync(_tag, noWait: false, cancellationToken);
    }

    /// <summary>Gives the chunks' memory back. The channel is closed: the broker hands them to the next consumer.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            foreach (var chunk in _assembler.Clear())
                chunk.Dispose();
        }
    }

    /// <summary>Dead-letters what has waited too long.</summary>
    public void Expire()
    {
        IReadOnlyList<Assembly<ChunkDelivery>> expired;
        lock (_gate)
            expired = _assembler.TakeExpired(clock.GetUtcNow());
        foreach (var refused in expired)
            Begin(refused.Tokens, stop => whole.RefuseAsync(refused.Tokens, refused.Refusal!, stop));
    }

    /// <inheritdoc/>
    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        cancelled();
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
        CancellationToken cancellationToken = default)
    {
        var chunk = new ChunkDelivery(deliveryTag, properties, body, clock.GetUtcNow());
        if (ChunkHeader.Read(chunk.Chunk.Span, limits, out var header) is { } refusal)
        {
            Begin([chunk], stop => whole.RefuseAsync([chunk], refusal, stop));
            return Task.CompletedTask;
        }

        if (whole.IsSettled(header.Batch))
            return DropAsync([chunk]);

        Assembly<ChunkDelivery> assembly;
        lock (_gate)
            assembly = _assembler.Add(header, chunk.Chunk[ChunkHeader.Size..], chunk, SeenOf(chunk));
        switch (assembly.State)
        {
            case AssemblyState.Complete:
                Begin(assembly.Tokens, stop => whole.DeliverAsync(assembly, stop));
                return Task.CompletedTask;
            case AssemblyState.Refused:
                Begin(assembly.Tokens, stop => whole.RefuseAsync(assembly.Tokens, assembly.Refusal!, stop));
                return Task.CompletedTask;
            case AssemblyState.Duplicate:
                return DropAsync(assembly.Tokens);
            default:
                return Task.CompletedTask;
        }
    }

    // The time-out also runs while no replica does: the chunks that are missing may still lie in their cloud queue.
    private DateTimeOffset SeenOf(ChunkDelivery chunk)
    {
        var earliest = clock.GetUtcNow() - options.Timeout + (options.Timeout < Grace ? options.Timeout : Grace);
        return chunk.Seen > earliest ? chunk.Seen : earliest;
    }

    private void Begin(IReadOnlyList<ChunkDelivery> chunks, Func<CancellationToken, Task> settle) =>
        inWork.Run(
            async () =>
            {
                try
                {
                    await settle(abort);
                }
                catch (OperationCanceledException) when (abort.IsCancellationRequested)
                {
                    // Not acknowledged: the next active consumer gets the chunks.
                    return;
                }

                await AcknowledgeAsync(chunks);
            },
            () =>
            {
                foreach (var chunk in chunks)
                    chunk.Dispose();
            });

    private async Task DropAsync(IReadOnlyList<ChunkDelivery> chunks)
    {
        metrics.CountDuplicate();
        await AcknowledgeAsync(chunks);
        foreach (var chunk in chunks)
            chunk.Dispose();
    }

    private async Task AcknowledgeAsync(IReadOnlyList<ChunkDelivery> chunks)
    {
        await _acks.WaitAsync(CancellationToken.None);
        try
        {
            foreach (var chunk in chunks)
                await Channel.BasicAckAsync(chunk.DeliveryTag, multiple: false, CancellationToken.None);
        }
        catch (Exception e) when (e is AlreadyClosedException or OperationInterruptedException or ObjectDisposedException)
        {
            // The chunks come again, to this replica or another, and are then known or published again under the same ids.
        }
        finally
        {
            _acks.Release();
        }
    }
}
