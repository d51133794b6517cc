using System.Buffers.Binary;
using System.Security.Cryptography;
using RabbitMQ.Client;

namespace Bridge.Tools.Audit;

/// <summary>An event that reached the exchange, without its body.</summary>
/// <param name="MessageId">The <c>message_id</c>; empty when the publisher set none.</param>
/// <param name="Place">The event's place; null for a plain event and for an event that no bridge published.</param>
/// <param name="Body">The first 8 bytes of the body's SHA-256; null when the body is not known.</param>
/// <param name="IsReadable">False when the headers contradict each other, so that the place is not known.</param>
internal readonly record struct SeenEvent(string MessageId, EventPlace? Place, ulong? Body, bool IsReadable)
{
    /// <summary>Reads an event's properties.</summary>
    /// <param name="messageId">The <c>message_id</c>.</param>
    /// <param name="header">As for <see cref="EventPlace.TryRead"/>.</param>
    /// <param name="body">As for <see cref="Body"/>.</param>
    public static SeenEvent From(string messageId, Func<string, object?> header, ulong? body)
    {
        var isReadable = EventPlace.TryRead(messageId, header, out var place);
        return new SeenEvent(messageId, place, body, isReadable);
    }

    /// <summary>Reads a message of the broker.</summary>
    public static SeenEvent From(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body) =>
        From(
            properties.MessageId ?? "",
            name => properties.Headers?.TryGetValue(name, out var value) is true ? value : null,
            HashOf(body));

    private static ulong HashOf(ReadOnlySpan<byte> body)
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, sha);
        return BinaryPrimitives.ReadUInt64BigEndian(sha);
    }
}
