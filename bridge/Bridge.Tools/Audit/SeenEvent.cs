using System.Buffers.Binary;
using System.Security.Cryptography;
using RabbitMQ.Client;

namespace Bridge.Tools.Audit;

/// <summary>What an audit keeps of an event that reached the exchange.</summary>
/// <param name="MessageId">Its identity; empty when whoever published it gave none.</param>
/// <param name="Place">Where it stands; null for a plain event, or one of somebody else.</param>
/// <param name="Body">The first 8 bytes of its body's SHA-256; null when the body is not at hand.</param>
/// <param name="IsReadable">False when its headers do not fit together: then its place is not known.</param>
internal readonly record struct SeenEvent(string MessageId, EventPlace? Place, ulong? Body, bool IsReadable)
{
    /// <summary>Reads an event's properties.</summary>
    /// <param name="messageId">Its <c>message_id</c>.</param>
    /// <param name="header">As for <see cref="EventPlace.TryRead"/>.</param>
    /// <param name="body">As <see cref="Body"/>.</param>
    public static SeenEvent Of(string messageId, Func<string, object?> header, ulong? body)
    {
        var isReadable = EventPlace.TryRead(messageId, header, out var place);
        return new SeenEvent(messageId, place, body, isReadable);
    }

    /// <summary>Reads a message of the broker.</summary>
    public static SeenEvent Of(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body) =>
        Of(properties.MessageId ?? "", name => properties.Headers?.TryGetValue(name, out var value) is true ? value : null, HashOf(body));

    private static ulong HashOf(ReadOnlySpan<byte> body)
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, sha);
        return BinaryPrimitives.ReadUInt64BigEndian(sha);
    }
}
