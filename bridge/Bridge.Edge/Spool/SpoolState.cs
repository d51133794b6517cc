using System.Buffers.Binary;
using System.Security.Cryptography;
using Telemetry.Wire;

namespace Bridge.Edge.Spool;

/// <summary>What a spool stores beside its batches, in the same transaction. Nothing has to be counted at a start.</summary>
/// <param name="Sender">The sender of the batches that are added next.</param>
/// <param name="NextSequence">The sequence of its next batch.</param>
/// <param name="NextId">The row of the next batch.</param>
/// <param name="Batches">Batches stored.</param>
/// <param name="Events">Events in them.</param>
/// <param name="Bytes">Their sealed bytes.</param>
internal sealed record SpoolState(SenderId Sender, uint NextSequence, long NextId, long Batches, long Events, long Bytes)
{
    private const int Content = SenderId.Size + 4 + (4 * 8);
    private const int Size = Content + 8;

    /// <summary>The state of an empty spool.</summary>
    public static SpoolState Create(TimeProvider clock) => new(SenderId.Create(clock), 0, 1, 0, 0, 0);

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null when a bit of it has changed.</summary>
    public static SpoolState? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size || BinaryPrimitives.ReadUInt64BigEndian(bytes[Content..]) != DigestOf(bytes))
            return null;
        var numbers = bytes[(SenderId.Size + 4)..];
        return new SpoolState(
            SenderId.Read(bytes),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[SenderId.Size..]),
            BinaryPrimitives.ReadInt64BigEndian(numbers),
            BinaryPrimitives.ReadInt64BigEndian(numbers[8..]),
            BinaryPrimitives.ReadInt64BigEndian(numbers[16..]),
            BinaryPrimitives.ReadInt64BigEndian(numbers[24..]));
    }

    /// <summary>All of it, and a digest.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        Sender.WriteTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(SenderId.Size), NextSequence);
        var numbers = bytes.AsSpan(SenderId.Size + 4);
        BinaryPrimitives.WriteInt64BigEndian(numbers, NextId);
        BinaryPrimitives.WriteInt64BigEndian(numbers[8..], Batches);
        BinaryPrimitives.WriteInt64BigEndian(numbers[16..], Events);
        BinaryPrimitives.WriteInt64BigEndian(numbers[24..], Bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(Content), DigestOf(bytes));
        return bytes;
    }

    private static ulong DigestOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Content], sha);
        return BinaryPrimitives.ReadUInt64BigEndian(sha);
    }
}
