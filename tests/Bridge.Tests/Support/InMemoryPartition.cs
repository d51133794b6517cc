using System.Collections.Concurrent;
using System.Text;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.RabbitMq.Partitions;
using RabbitMQ.Client;

namespace Bridge.Tests.Support;

/// <summary>A partition in memory: first in, first out, and no more unacknowledged chunks than the assembly asks for.</summary>
internal sealed class InMemoryPartition : IPartitionChannel
{
    private readonly ConcurrentQueue<OutgoingMessage> _waiting = [];
    private readonly ConcurrentDictionary<ulong, OutgoingMessage> _unacknowledged = [];
    private ulong _nextTag;
    private bool _isConsumedAnew;

    public string Queue => "telemetry.chunks.0";

    /// <summary>Chunks in the queue, delivered or not.</summary>
    public int Count => _waiting.Count + _unacknowledged.Count;

    /// <summary>Chunks that were delivered and not settled.</summary>
    public int Unacknowledged => _unacknowledged.Count;

    /// <summary>Deliveries so far, repeated ones included.</summary>
    public ulong Deliveries => Volatile.Read(ref _nextTag);

    /// <summary>The most chunks that were delivered and not settled at a time.</summary>
    public int MostUnacknowledged { get; private set; }

    public void Put(OutgoingMessage message) => _waiting.Enqueue(message);

    public void Put(byte[] text, long seen) => Put(new OutgoingMessage("", Queue, new OutgoingProperties("chunk")
    {
        Headers = [new("x-telemetry-source", "queue"), new("x-telemetry-receiver", "replica"), new("x-telemetry-receive-count", 1), new("x-telemetry-seen", seen)],
    }, Convert.FromBase64String(Encoding.UTF8.GetString(text))));

    /// <summary>Delivers until there is nothing to deliver; false when the limit stands in the way.</summary>
    public async Task<bool> DeliverAsync(PartitionAssembly assembly, CancellationToken cancellationToken)
    {
        while (_waiting.TryPeek(out _))
        {
            if (_unacknowledged.Count >= assembly.Prefetch)
                return false;
            _waiting.TryDequeue(out var message);
            var tag = ++_nextTag;
            _unacknowledged[tag] = message;
            MostUnacknowledged = Math.Max(MostUnacknowledged, _unacknowledged.Count);
            await assembly.TakeAsync(Chunk(tag, message), cancellationToken);
            if (_isConsumedAnew)
                await assembly.ReturnAllAsync();
            _isConsumedAnew = false;
        }

        return true;
    }

    public Task AcknowledgeAsync(IReadOnlyList<ChunkDelivery> chunks)
    {
        foreach (var chunk in chunks)
            Assert.True(_unacknowledged.TryRemove(chunk.DeliveryTag, out _), "a chunk was settled twice");
        return Task.CompletedTask;
    }

    public Task ReturnAsync(IReadOnlyList<ChunkDelivery> chunks)
    {
        foreach (var chunk in chunks)
        {
            Assert.True(_unacknowledged.TryRemove(chunk.DeliveryTag, out var message), "a chunk was settled twice");
            _waiting.Enqueue(message);
        }

        return Task.CompletedTask;
    }

    public void ConsumeAnew() => _isConsumedAnew = true;

    private static ChunkDelivery Chunk(ulong tag, OutgoingMessage message) => new(
        tag, message.Properties.MessageId, ChunkProperties.ReadOrigin(Properties(message), DateTimeOffset.UnixEpoch), message.Body);

    private static BasicProperties Properties(OutgoingMessage message) => new()
    {
        MessageId = message.Properties.MessageId,
        Headers = message.Properties.Headers.ToDictionary(
            header => header.Name, header => header.Text is { } text ? Encoding.UTF8.GetBytes(text) : (object?)header.Number),
    };
}
