using System.Buffers;
using System.IO.Compression;

namespace Bridge.Edge.Formats.Gelf;

/// <summary>Expands gzip and zlib up to a limit.</summary>
internal static class GelfCompression
{
    private const byte ZlibDeflate = 0x78;

    /// <summary>Expands what is compressed.</summary>
    /// <param name="bytes">A message.</param>
    /// <param name="maxBytes">Most bytes of the expanded message.</param>
    /// <param name="expanded">The expanded message, for <see cref="FormatResult.Event"/>.</param>
    public static FormatResult Expand(ReadOnlySpan<byte> bytes, int maxBytes, out byte[] expanded)
    {
        expanded = [];
        using var input = new MemoryStream(bytes.ToArray(), writable: false);
        using Stream stream = IsGzip(bytes)
            ? new GZipStream(input, CompressionMode.Decompress)
            : new ZLibStream(input, CompressionMode.Decompress);
        var buffer = ArrayPool<byte>.Shared.Rent(maxBytes + 1);
        try
        {
            var length = stream.ReadAtLeast(buffer.AsSpan(0, maxBytes + 1), maxBytes + 1, throwOnEndOfStream: false);
            if (length > maxBytes)
                return FormatResult.Oversize;
            expanded = buffer.AsSpan(0, length).ToArray();
            return FormatResult.Event;
        }
        catch (InvalidDataException)
        {
            return FormatResult.Unreadable;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether a message begins like gzip or zlib.</summary>
    public static bool IsCompressed(ReadOnlySpan<byte> bytes) => IsGzip(bytes) || IsZlib(bytes);

    private static bool IsGzip(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);

    // The first two bytes of zlib, as one number, are a multiple of 31.
    private static bool IsZlib(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 1 && bytes[0] == ZlibDeflate && ((bytes[0] << 8) | bytes[1]) % 31 == 0;
}
