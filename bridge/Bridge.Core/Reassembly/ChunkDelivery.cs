using System.Buffers;
using Bridge.Core.Sources;

namespace Bridge.Core.Reassembly;

/// <summary>A chunk out of its partition, unacknowledged until what it belongs to is settled. Disposed when it is.</summary>
internal sealed class ChunkDelivery : ISealedMessage
{
    // Thousands wait at a time, more than a pool keeps, and its arrays may be twice as long: only what would else be a large object is rented.
    private const int SmallestRented = 85_000;

    private readonly int _length;
    private byte[] _array;

    /// <param name="deliveryTag">Its number on the partition's channel.</param>
    /// <param name="messageId">Its <c>message_id</c>; empty where it has none.</param>
    /// <param name="origin">Where it came from.</param>
    /// <param name="body">Header and slice; copied, since it is the client library's only while it is being handed over.</param>
    public ChunkDelivery(ulong deliveryTag, string messageId, ChunkOrigin origin, ReadOnlyMemory<byte> body)
    {
        DeliveryTag = deliveryTag;
        MessageId = messageId;
        Origin = origin;
        _length = body.Length;
        _array = _length < SmallestRented ? GC.AllocateUninitializedArray<byte>(_length) : ArrayPool<byte>.Shared.Rent(_length);
        body.CopyTo(_array);
        Memory = _array.Length;
    }

    /// <summary>Memory that it takes, until it is disposed.</summary>
    public int Memory { get; }

    /// <summary>Acknowledges it on its channel.</summary>
    public ulong DeliveryTag { get; }

    /// <inheritdoc/>
    public string MessageId { get; }

    /// <summary>Where it came from.</summary>
    public ChunkOrigin Origin { get; private set; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Bytes => _array.AsMemory(0, _length);

    /// <inheritdoc/>
    public string Source => Origin.Source;

    /// <inheritdoc/>
    public long Attempt => Origin.ReceiveCount;

    /// <summary>Its time-out begins then at the earliest.</summary>
    public void TreatAsSeenFrom(DateTimeOffset earliest)
    {
        if (Origin.Seen < earliest)
            Origin = Origin with { Seen = earliest };
    }

    public void Dispose()
    {
        var array = Interlocked.Exchange(ref _array, []);
        if (array.Length >= SmallestRented)
            ArrayPool<byte>.Shared.Return(array);
    }
}
