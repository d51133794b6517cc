using System.Runtime.CompilerServices;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Telemetry.Sending;

/// <summary>
/// Packs events and sends them to the queue. The queue's client and the sender's identity are created at the first send:
/// processes that are resumed from one snapshot must not share them.
/// </summary>
internal sealed class BatchSender(Func<IQueueSender> open, MasterKey? key, TimeProvider clock) : IAsyncDisposable
{
    private readonly Lazy<IQueueSender> _queue = new(open);
    private readonly Lazy<StrongBox<SenderId>> _sender = new(() => new StrongBox<SenderId>(SenderId.Create(clock)));
    private uint _sequence = uint.MaxValue;

    public ValueTask DisposeAsync() => _queue.IsValueCreated ? _queue.Value.DisposeAsync() : ValueTask.CompletedTask;

    /// <summary>
    /// A packer for the queue's current limits: <paramref name="known"/>, or a new one if the limits have changed.
    /// </summary>
    internal async ValueTask<BatchPacker> PackerAsync(BatchPacker? known, CancellationToken cancellationToken)
    {
        OwnSending.Begin();
        var limits = await _queue.Value.GetLimitsAsync(cancellationToken).ConfigureAwait(false);
        return known?.MessageBytes == limits.MessageBytes
            ? known
            : new BatchPacker(limits.MessageBytes, _sender.Value.Value, key);
    }

    internal SealedBatch? Pack(BatchPacker packer, ReadOnlySpan<byte> lines, out int consumed, out Refusal? refusal) =>
        packer.Pack(lines, Interlocked.Increment(ref _sequence), out consumed, out refusal);

    /// <summary>
    /// Sends the batches. When the queue refuses them because its limit is lower now, they are split again, in place, and sent
    /// once more.
    /// </summary>
    /// <returns>The messages that carried them.</returns>
    internal async Task<int> SendAsync(BatchPacker packer, IList<SealedBatch> batches, CancellationToken cancellationToken)
    {
        OwnSending.Begin();
        try
        {
            return await SendAsync(batches, cancellationToken).ConfigureAwait(false);
        }
        catch (QueueException e) when (!e.Failure.IsTransient)
        {
            var smaller = await PackerAsync(packer, cancellationToken).ConfigureAwait(false);
            if (!smaller.TrySplit(batches))
                throw;
        }

        return await SendAsync(batches, cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> SendAsync(IEnumerable<SealedBatch> batches, CancellationToken cancellationToken)
    {
        using var messages = new EncodedMessages(batches);
        await _queue.Value.SendAsync(messages.Texts, cancellationToken).ConfigureAwait(false);
        return messages.Texts.Count;
    }
}
