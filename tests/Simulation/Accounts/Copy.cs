using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Simulation.Accounts;

/// <summary>Something with an identity and certain bytes at some place: two with one identity and different bytes are two.</summary>
/// <param name="Place">The exchange or the queue.</param>
/// <param name="Id">Its <c>message_id</c>.</param>
/// <param name="Digest">Of its bytes.</param>
internal readonly record struct Copy(string Place, string Id, ulong Digest)
{
    public static Copy Of(string place, string id, ReadOnlySpan<byte> bytes) => new(place, id, DigestOf(bytes));

    private static ulong DigestOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, sha);
        return BinaryPrimitives.ReadUInt64LittleEndian(sha);
    }
}
