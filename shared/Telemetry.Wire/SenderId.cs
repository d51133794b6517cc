using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Telemetry.Wire;

/// <summary>Names one sending process: 6 bytes of Unix milliseconds at its first send, then 6 random bytes.</summary>
/// <param name="Milliseconds">Unix milliseconds, 48 bits.</param>
/// <param name="Random">48 random bits.</param>
public readonly record struct SenderId(ulong Milliseconds, ulong Random)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 12;

    /// <summary>
    /// A new identity. Call it at the first send, not at process initialisation: processes resumed from one
    /// snapshot must not share it.
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
