using System.Buffers;
using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace Bridge.Assemble;

/// <summary>A chunk out of its partition, unacknowledged until what it belongs to is settled. Disposed when it is.</summary>
internal sealed class ChunkDelivery : IDisposable
{
    // Thousands wait at a time, more than a pool keeps, and its arrays may be twice as long: only what would else be a large object is rented.
    private const int SmallestRented = 85_000;

    private readonly int _length;
    private byte[] _array;

    /// <summary>Copies the body, which is the client library's only while it is being handed over.</summary>
    public ChunkDelivery(ulong deliveryTag, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        DeliveryTag = deliveryTag;
        MessageId = properties.MessageId ?? "";
        Origin = new ChunkOrigin(
            Text(properties, ChunkHeaders.Source) ?? "unknown",
            Text(properties, ChunkHeaders.Receiver) ?? "unknown",
            Number(properties, ChunkHeaders.ReceiveCount) ?? 1,
            Time(properties, ChunkHeaders.Seen) ?? now)
        {
            Enqueued = Time(properties, ChunkHeaders.Enqueued),
            Deferral = Number(properties, ChunkHeaders.Deferral),
        };
        _length = body.Length;
        _array = _length < SmallestRented ? GC.AllocateUninitializedArray<byte>(_length) : ArrayPool<byte>.Shared.Rent(_length);
        body.CopyTo(_array);
        Bytes = _array.Length;
    }

    /// <summary>Memory that it takes, until it is disposed.</summary>
    public int Bytes { get; }

    /// <summary>Acknowledges it on its channel.</summary>
    public ulong DeliveryTag { get; }

    public string MessageId { get; }

    /// <summary>Where it came from.</summary>
    public ChunkOrigin Origin { get; private set; }

    /// <summary>Header and slice.</summary>
    public ReadOnlyMemory<byte> Chunk => _array.AsMemory(0, _length);

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

    private static string? Text(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers?.TryGetValue(name, out var value) is true && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static DateTimeOffset? Time(IReadOnlyBasicProperties properties, string name) =>
        Number(properties, name) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static long? Number(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers?.TryGetValue(name, out var value) is true && value is IConvertible number and not string
            ? number.ToInt64(CultureInfo.InvariantCulture)
            : null;
}
