using System.IO.Compression;
using System.Text;

namespace Fuzz.Mutation;

/// <summary>Brotli streams: of given bytes in every way that an encoder has, and some that open to a lot.</summary>
internal static class BrotliStreams
{
    private static readonly Lazy<IReadOnlyList<byte[]>> LazyBombs = new(() => [.. MakeBombs()]);

    /// <summary>
    /// Streams around the limit and far beyond it: of line feeds, of smallest events and of nothing in particular.
    /// </summary>
    internal static IReadOnlyList<byte[]> Bombs => LazyBombs.Value;

    /// <summary>Compresses with a quality and a window that the random source picks.</summary>
    internal static byte[] Compress(ReadOnlySpan<byte> bytes, Random random) =>
        Compress(bytes, random.Next(random.Next(50) == 0 ? 12 : 4), random.Next(10, 25), random.Next(4) == 0);

    private static byte[] Compress(ReadOnlySpan<byte> bytes, int quality, int window, bool flushed)
    {
        using var encoder = new BrotliEncoder(quality, window);
        var output = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length) + 1_024];
        var length = 0;
        if (flushed)
        {
            encoder.Compress(bytes[..(bytes.Length / 2)], output, out var read, out length, isFinalBlock: false);
            bytes = bytes[read..];
            encoder.Flush(output.AsSpan(length), out var more);
            length += more;
        }

        encoder.Compress(bytes, output.AsSpan(length), out _, out var last, isFinalBlock: true);
        return output[..(length + last)];
    }

    private static IEnumerable<byte[]> MakeBombs()
    {
        var limit = FuzzedReceiver.Limits.BatchBytes;
        foreach (var pattern in new[] { "\n", "{}\n", " ", "{\"style\":\"logs\",\"level\":\"info\"}\n" })
        {
            foreach (var length in new[] { limit - 1, limit, limit + 1, 64 * limit })
                yield return Compress(Repeat(pattern, length), quality: 4, window: 18, flushed: false);
        }
    }

    private static byte[] Repeat(string pattern, int length)
    {
        var unit = Encoding.ASCII.GetBytes(pattern);
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[i] = unit[(i + unit.Length - (length % unit.Length)) % unit.Length];
        return bytes;
    }
}
