using System.Runtime.CompilerServices;
using Telemetry.Codec;
using Telemetry.Queues;

namespace Telemetry.Sending;

/// <summary>
/// Packs events and hands them to the queue. Nothing is opened, asked or drawn before the first use, which is the first
/// send: neither the queue's client nor the sender's identity exist in a process that was only initialised.
/// </summary>
internal sealed class BatchSender(Func<IQueueSender> open, MasterKey? key, TimeProvider clock) : IAsyncDisposable
{
    private readonly Lazy<IQueueSender> _queue = new(open);
    private readonly Lazy<StrongBox<SenderId>> _sender = new(() => new StrongBox<SenderId>(SenderId.Create(clock)));
    private uint _sequence = uint.MaxValue;

    public ValueTask DisposeAsync() => _queue.IsValueCreated ? _queue.Value.DisposeAsync() : ValueTask.CompletedTask;

    internal async ValueTask<BatchPacker> CreatePackerAsync(CancellationToken cancellationToken) =>
        new(await _queue.Value.GetLimitsAsync(cancellationToken), _sender.Value.Value, key);

    internal SealedBatch? Pack(BatchPacker packer, ReadOnlySpan<byte> lines, out int consumed, out Refusal? refusal) =>
        packer.Pack(lines, Interlocked.Increment(ref _sequence), out consumed, out refusal);

    internal async Task<int> SendAsync(IReadOnlyCollection<SealedBatch> batches, CancellationToken cancellationToken)
    {
        using var messages = new MessageTexts(batches);
        await _queue.Value.SendAsync(messages.Texts, cancellationToken);
        return messages.Texts.Count;
    }
}
