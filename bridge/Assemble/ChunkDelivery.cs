using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using Telemetry.Codec;

namespace Bridge.Assemble;

/// <summary>A chunk out of its partition, unacknowledged until what it belongs to is settled. Disposed when it is.</summary>
internal sealed class ChunkDelivery : IDisposable
{
    private readonly PooledBytes _chunk;

    /// <summary>Copies the body, which is the client library's only while it is being handed over.</summary>
    public ChunkDelivery(ulong deliveryTag, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        DeliveryTag = deliveryTag;
        MessageId = properties.MessageId ?? "";
        Origin = new ChunkOrigin(
            Text(properties, ChunkHeaders.Source) ?? "unknown",
            Text(properties, ChunkHeaders.Receiver) ?? "unknown",
            Number(properties, ChunkHeaders.ReceiveCount) ?? 1,
            Number(properties, ChunkHeaders.Seen) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : now)
        {
            Deferral = Number(properties, ChunkHeaders.Deferral),
        };
        _chunk = new PooledBytes(body.Length);
        _chunk.Append(body.Span);
    }

    /// <summary>Acknowledges it on its channel.</summary>
    public ulong DeliveryTag { get; }

    public string MessageId { get; }

    /// <summary>Where it came from.</summary>
    public ChunkOrigin Origin { get; private set; }

    /// <summary>Header and slice.</summary>
    public ReadOnlyMemory<byte> Chunk => _chunk.Memory;

    /// <summary>Its time-out begins then at the earliest.</summary>
    public void TreatAsSeenFrom(DateTimeOffset earliest)
    {
        if (Origin.Seen < earliest)
            Origin = Origin with { Seen = earliest };
    }

    public void Dispose() => _chunk.Dispose();

    private static string? Text(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers?.TryGetValue(name, out var value) is true && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static long? Number(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers?.TryGetValue(name, out var value) is true && value is IConvertible number and not string
            ? number.ToInt64(CultureInfo.InvariantCulture)
            : null;
}
