using System.Globalization;
using System.Text;
using Bridge.Core.Reassembly;
using RabbitMQ.Client;

namespace Bridge.RabbitMq.Partitions;

/// <summary>Reads what a chunk carries beside its body through its partition.</summary>
internal static class ChunkProperties
{
    /// <summary>Where the chunk came from; what its properties do not say is unknown, received once and now.</summary>
    public static ChunkOrigin ReadOrigin(IReadOnlyBasicProperties properties, DateTimeOffset now) => new(
        Text(properties, ChunkHeaders.Source) ?? "unknown",
        Text(properties, ChunkHeaders.Receiver) ?? "unknown",
        Number(properties, ChunkHeaders.ReceiveCount) ?? 1,
        Time(properties, ChunkHeaders.Seen) ?? now)
    {
        Enqueued = Time(properties, ChunkHeaders.Enqueued),
        Deferral = Number(properties, ChunkHeaders.Deferral),
    };

    private static string? Text(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers?.TryGetValue(name, out var value) is true && value is byte[] bytes
            ? Encoding.UTF8.GetString(bytes)
            : null;

    private static DateTimeOffset? Time(IReadOnlyBasicProperties properties, string name) =>
        Number(properties, name) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static long? Number(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers?.TryGetValue(name, out var value) is true && value is IConvertible number and not string
            ? number.ToInt64(CultureInfo.InvariantCulture)
            : null;
}
