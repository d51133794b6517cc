using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Telemetry.Wire;

namespace Bridge.Receive;

/// <summary>Gives a plain event, which names no sender, an identity that is the same on every redelivery.</summary>
internal static class PlainIdentity
{
    /// <summary>Sender from the queue's own identity of the message, sequence 0, digest from the event's bytes.</summary>
    public static BatchId Of(string messageId, ReadOnlySpan<byte> json)
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(messageId), sha);
        var sender = SenderId.Read(sha);
        SHA256.HashData(json, sha);
        return new BatchId(sender, 0, BinaryPrimitives.ReadUInt64BigEndian(sha));
    }
}
