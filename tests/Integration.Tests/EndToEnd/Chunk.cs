using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Integration.Tests.EndToEnd;

/// <summary>Writes messages that no sender writes, by the offsets of docs/wire-format.md.</summary>
internal static class Chunk
{
    public const int VersionAt = 2;
    public const int IndexAt = 20;
    public const int CountAt = 22;
    public const int LengthAt = 24;
    public const int SliceAt = 36;
    private const byte Brotli = 1;

    /// <summary>A message with some of its bytes changed.</summary>
    public static byte[] Altered(byte[] text, Action<byte[]> alter)
    {
        var chunk = Convert.FromBase64String(Encoding.ASCII.GetString(text));
        alter(chunk);
        return Encoding.ASCII.GetBytes(Convert.ToBase64String(chunk));
    }

    /// <summary>A batch of one chunk around a Brotli stream, with a digest that holds.</summary>
    public static byte[] OfBrotli(byte[] stream)
    {
        var chunk = new byte[SliceAt + stream.Length];
        "TQ"u8.CopyTo(chunk);
        chunk[VersionAt] = 1;
        chunk[3] = Brotli;
        RandomNumberGenerator.Fill(chunk.AsSpan(4, 12));
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(CountAt), 1);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(LengthAt), (uint)stream.Length);
        stream.CopyTo(chunk, SliceAt);
        SHA256.HashData([.. chunk[..20], .. chunk[CountAt..28], .. stream]).AsSpan(0, 8).CopyTo(chunk.AsSpan(28));
        return Encoding.ASCII.GetBytes(Convert.ToBase64String(chunk));
    }
}
