using System.Buffers;
using Bridge.Core.Sources;

namespace Bridge.Core.Reassembly;

/// <summary>A chunk from its partition. It stays unacknowledged until its batch is settled, and is disposed then.</summary>
internal sealed class ChunkDelivery : ISealedMessage
{
    // Only arrays that would be large objects are rented. Thousands of chunks wait, more than a pool keeps, and rented arrays may
    // be twice as long as needed.
    private const int SmallestRented = 85_000;

    private readonly int _length;
    private byte[] _array;

    /// <param name="deliveryTag">Its delivery tag on the partition's channel.</param>
    /// <param name="messageId">Its <c>message_id</c>; empty when it has none.</param>
    /// <param name="origin">Its origin.</param>
    /// <param name="body">
    /// Header and slice. They are copied, since the client library reuses the memory after its callback.
    /// </param>
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

    /// <summary>Bytes of memory that it takes until it is disposed.</summary>
    public int Memory { get; }

    /// <summary>Its delivery tag on the partition's channel.</summary>
    public ulong DeliveryTag { get; }

    /// <inheritdoc/>
    public string MessageId { get; }

    /// <summary>Its origin.</summary>
    public ChunkOrigin Origin { get; private set; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Bytes => _array.AsMemory(0, _length);

    /// <inheritdoc/>
    public string Source => Origin.Source;

    /// <inheritdoc/>
    public long Attempt => Origin.ReceiveCount;

    /// <summary>Starts its time-out at the given time, unless it started later.</summary>
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
