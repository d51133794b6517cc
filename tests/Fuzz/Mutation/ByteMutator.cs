namespace Fuzz.Mutation;

/// <summary>Changes bytes without knowing what they mean.</summary>
internal static class ByteMutator
{
    private const int Longest = 128 * 1024;

    private static readonly byte[] Interesting =
        [0, 1, 2, 3, 0x0a, 0x20, 0x22, 0x3d, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0xc0, 0xed, 0xfe, 0xff];

    /// <summary>Changes a copy in one place or several.</summary>
    /// <param name="source">Left as it is.</param>
    /// <param name="other">Something of the same kind, to take pieces from.</param>
    /// <param name="random">Decides what changes.</param>
    internal static byte[] Mutate(ReadOnlySpan<byte> source, ReadOnlySpan<byte> other, Random random)
    {
        var bytes = source.ToArray();
        for (var changes = 1 + (int)Math.Sqrt(random.Next(16)); changes > 0; changes--)
            bytes = MutateOnce(bytes, other, random);
        return bytes;
    }

    private static byte[] MutateOnce(byte[] bytes, ReadOnlySpan<byte> other, Random random)
    {
        if (bytes.Length == 0)
            return other[..Math.Min(other.Length, 64)].ToArray();
        var at = random.Next(bytes.Length);
        var length = Math.Min(RunLength(random), bytes.Length - at);
        switch (random.Next(10))
        {
            case 0 or 1 or 2:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 3:
                bytes[at] = Interesting[random.Next(Interesting.Length)];
                return bytes;
            case 4:
                bytes[at] += (byte)(random.Next(2) == 0 ? 1 : 255);
                return bytes;
            case 5:
                return bytes[..at];
            case 6:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 7:
                return Limited([.. bytes[..(at + length)], .. bytes[at..]]);
            case 8:
                return Limited([.. bytes[..at], .. Piece(other, random), .. bytes[at..]]);
            default:
                random.NextBytes(bytes.AsSpan(at, length));
                return bytes;
        }
    }

    /// <summary>A piece from anywhere, mostly short.</summary>
    internal static ReadOnlySpan<byte> Piece(ReadOnlySpan<byte> source, Random random)
    {
        if (source.IsEmpty)
            return [];
        var at = random.Next(source.Length);
        return source.Slice(at, Math.Min(RunLength(random), source.Length - at));
    }

    private static int RunLength(Random random) => 1 << random.Next(random.Next(100) == 0 ? 14 : 6);

    private static byte[] Limited(byte[] bytes) => bytes.Length > Longest ? bytes[..Longest] : bytes;
}
