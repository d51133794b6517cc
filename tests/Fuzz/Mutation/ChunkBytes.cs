using System.Buffers.Binary;
using Fuzz.Reference;
using Telemetry.Wire;

namespace Fuzz.Mutation;

/// <summary>Makes chunks from sealed bytes, with headers that are right, and changes single fields of a header.</summary>
internal static class ChunkBytes
{
    private static readonly uint[] Interesting =
    [
        0, 1, 2, 3, 63, 64, 65, 127, 128, 255, 256, 1_023, 1_024, 1_025,
        0x7fff, 0x8000, 0x8001, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
    ];

    /// <summary>A batch as one chunk: a new header in front of sealed bytes.</summary>
    internal static byte[] Whole(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> sealedBatch)
    {
        byte[] chunk = [.. prefix, .. new byte[ReferenceHeader.Size - prefix.Length], .. sealedBatch];
        return Refit(chunk);
    }

    /// <summary>Cuts a batch into chunks of slices of a length.</summary>
    internal static List<byte[]> Cut(ReadOnlySpan<byte> whole, int slice)
    {
        var sealedBatch = whole[ReferenceHeader.Size..];
        var header = whole[..ReferenceHeader.Size].ToArray();
        var count = (sealedBatch.Length + slice - 1) / slice;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(22), (ushort)count);
        ReferenceBatch.Digest(header, sealedBatch).CopyTo(header, 28);
        var chunks = new List<byte[]>(count);
        for (var index = 0; index < count; index++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(20), (ushort)index);
            var start = index * slice;
            chunks.Add([.. header, .. sealedBatch.Slice(start, Math.Min(slice, sealedBatch.Length - start))]);
        }

        return chunks;
    }

    /// <summary>Makes index, count, length and digest those of a batch that is one chunk, whatever else was changed.</summary>
    internal static byte[] Refit(byte[] chunk)
    {
        if (chunk.Length < ReferenceHeader.Size)
            return chunk;
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(20), 1);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(24), (uint)(chunk.Length - ReferenceHeader.Size));
        return Redigest(chunk);
    }

    /// <summary>Makes the digest right for the rest as it is.</summary>
    internal static byte[] Redigest(byte[] chunk)
    {
        ReferenceBatch.Digest(chunk, chunk.AsSpan(ReferenceHeader.Size)).CopyTo(chunk, 28);
        return chunk;
    }

    /// <summary>Changes one field of a header in place.</summary>
    internal static void MutateHeader(byte[] chunk, Random random)
    {
        if (chunk.Length < ReferenceHeader.Size)
            return;
        var value = random.Next(3) == 0 ? (uint)random.Next() : Interesting[random.Next(Interesting.Length)];
        switch (random.Next(9))
        {
            case 0:
                chunk[random.Next(3)] ^= (byte)(1 << random.Next(8));
                break;
            case 1 or 2:
                chunk[3] = random.Next(4) == 0 ? (byte)value : (byte)random.Next(4);
                break;
            case 3:
                chunk[4 + random.Next(SenderId.Size)] ^= (byte)(1 << random.Next(8));
                break;
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(16), value);
                break;
            case 5:
                BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(20), (ushort)value);
                break;
            case 6:
                BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(22), (ushort)value);
                break;
            case 7:
                BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(24), value);
                break;
            default:
                var length = BinaryPrimitives.ReadUInt32BigEndian(chunk.AsSpan(24));
                BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(24), length + (uint)random.Next(-2, 3));
                break;
        }
    }
}
