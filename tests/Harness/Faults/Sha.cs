using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Harness.Faults;

/// <summary>SHA-256 of an event's bytes: what stands for them in the ledger.</summary>
internal readonly record struct Sha(UInt128 High, UInt128 Low)
{
    public static Sha Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new Sha(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }
}
