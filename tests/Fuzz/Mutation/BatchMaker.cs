using Telemetry.Wire;

namespace Fuzz.Mutation;

/// <summary>
/// Makes sealed batches layer by layer: events, compression, encryption, header. Each layer may be changed, and those outside it
/// are then made right for it, so that every check is reached by inputs that pass all earlier ones.
/// </summary>
internal static class BatchMaker
{
    /// <summary>A batch as one chunk, of which one layer in two is changed.</summary>
    internal static byte[] Make(Random random)
    {
        var flags = (BatchFlags)random.Next(4);
        var prefix = Prefix(flags, random);
        var lines = JsonMutator.Lines(random);
        if (random.Next(4) == 0)
            lines = JsonMutator.Mutate(lines, lines, random);
        var packed = flags.HasFlag(BatchFlags.Brotli) ? Compress(lines, random) : lines;
        var sealedBatch = flags.HasFlag(BatchFlags.Encrypted) ? Encrypt(packed, prefix, random) : packed;
        return ChunkBytes.Whole(prefix, sealedBatch);
    }

    private static byte[] Prefix(BatchFlags flags, Random random)
    {
        var prefix = new byte[ChunkHeader.PrefixSize];
        // Few senders and sequences: what one input says of a batch, another contradicts.
        ChunkHeader.WritePrefix(prefix, flags, new SenderId(0x019a8c4d2e10, (ulong)random.Next(4)), (uint)random.Next(16));
        return prefix;
    }

    private static byte[] Compress(byte[] lines, Random random)
    {
        if (random.Next(100) == 0)
            return BrotliStreams.Bombs[random.Next(BrotliStreams.Bombs.Count)];
        var packed = BrotliStreams.Compress(lines, random);
        return random.Next(4) == 0 ? ByteMutator.Mutate(packed, lines, random) : packed;
    }

    private static byte[] Encrypt(byte[] packed, byte[] prefix, Random random)
    {
        var key = random.Next(16) == 0 ? FuzzedReceiver.Unknown : FuzzedReceiver.Keys[random.Next(FuzzedReceiver.Keys.Count)];
        var sealedBatch = new byte[packed.Length + BatchCipher.Overhead(key)];
        BatchCipher.Seal(key, prefix, packed, sealedBatch, random.NextBytes);
        switch (random.Next(12))
        {
            case 0:
                // Another length of the key's name: of any value, or one that reaches just beyond the end.
                sealedBatch[0] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)(sealedBatch.Length - random.Next(43, 48));
                return sealedBatch;
            case 1:
                return sealedBatch[..random.Next(Math.Min(sealedBatch.Length, 320))];
            case 2:
                return ByteMutator.Mutate(sealedBatch, packed, random);
            default:
                return sealedBatch;
        }
    }
}
