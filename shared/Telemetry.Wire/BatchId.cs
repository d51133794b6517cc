using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Telemetry.Wire;

/// <summary>
/// Identifies a sealed batch by its sender, the sender's sequence number and a digest of the content. It is the same on every
/// delivery.
/// </summary>
/// <param name="Sender">The sending process.</param>
/// <param name="Sequence">The sender's batch counter, from 0; a gap shows loss.</param>
/// <param name="Digest">Covers the part of the header that all chunks share, and the whole sealed batch
/// (docs/wire-format.md).</param>
public readonly record struct BatchId(SenderId Sender, uint Sequence, ulong Digest)
{
    /// <summary>Sender, sequence and digest, joined by hyphens: the first part of every event's <c>message_id</c>.</summary>
    public override string ToString() => string.Create(null, stackalloc char[64], $"{Sender}-{Sequence}-{Digest:x16}");
}

/// <summary>Names one sending process: 6 bytes of Unix milliseconds at its first send, then 6 random bytes.</summary>
/// <param name="Milliseconds">Unix milliseconds, 48 bits.</param>
/// <param name="Random">48 random bits.</param>
public readonly record struct SenderId(ulong Milliseconds, ulong Random)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 12;

    /// <summary>
    /// Creates an identity. Call this at the first send and not when the process starts: processes that are resumed from one
    /// snapshot must not share an identity.
    /// </summary>
    public static SenderId Create(TimeProvider clock)
    {
        Span<byte> random = stackalloc byte[8];
        RandomNumberGenerator.Fill(random[2..]);
        return new SenderId((ulong)clock.GetUtcNow().ToUnixTimeMilliseconds(), BinaryPrimitives.ReadUInt64BigEndian(random));
    }

    /// <summary>Reads 12 bytes.</summary>
    public static SenderId Read(ReadOnlySpan<byte> source)
    {
        var high = BinaryPrimitives.ReadUInt32BigEndian(source);
        var middle = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
        var low = BinaryPrimitives.ReadUInt32BigEndian(source[8..]);
        return new SenderId(((ulong)high << 16) | (middle >> 16), ((ulong)(ushort)middle << 32) | low);
    }

    /// <summary>Writes 12 bytes.</summary>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)(Milliseconds >> 16));
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], ((uint)Milliseconds << 16) | (ushort)(Random >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)Random);
    }

    /// <summary>24 lower-case hexadecimal digits, in the order of the wire.</summary>
    public override string ToString() => string.Create(null, stackalloc char[24], $"{Milliseconds:x12}{Random:x12}");
}
