using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Telemetry.Wire;

namespace Bridge.Core.Processing.Executers;

/// <summary>Finds the JSON object or array in a text: as it is, quoted as a JSON text, in Base64, or in Base64 of gzip.</summary>
internal static class TextDecoder
{
    private const int MostLayers = 4;
    private const int FirstRead = 16 * 1024;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = EventJson.MaxDepth };

    /// <summary>Decodes a text.</summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <param name="mostBytes">Most bytes of what is decoded.</param>
    /// <returns>The JSON; null when there is none in it, or more than the limit.</returns>
    public static byte[]? Decode(ReadOnlySpan<byte> text, int mostBytes)
    {
        var layer = EventJson.Trim(text).ToArray();
        for (var layers = 0; layers < MostLayers && layer is { Length: > 0 }; layers++)
        {
            if (layer[0] is (byte)'{' or (byte)'[')
                return IsJson(layer) ? layer : null;
            layer = Unwrap(layer, mostBytes) is { } inner ? EventJson.Trim(inner).ToArray() : null;
        }

        return null;
    }

    private static ReadOnlyMemory<byte>? Unwrap(byte[] layer, int mostBytes)
    {
        if (layer.AsSpan().StartsWith([(byte)0x1f, (byte)0x8b]))
            return Inflate(layer, mostBytes);
        if (layer[0] is (byte)'"')
            return IsJson(layer) ? Encoding.UTF8.GetBytes(EventJson.Unescape(layer.AsSpan(1, layer.Length - 2))) : null;
        return FromBase64(layer);
    }

    private static ReadOnlyMemory<byte>? FromBase64(byte[] text)
    {
        var bytes = new byte[text.Length];
        if (Base64.DecodeFromUtf8(text, bytes, out _, out var written) is OperationStatus.Done)
            return bytes.AsMemory(0, written);
        try
        {
            return Base64Url.TryDecodeFromUtf8(text, bytes, out written) ? bytes.AsMemory(0, written) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static ReadOnlyMemory<byte>? Inflate(byte[] compressed, int mostBytes)
    {
        using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        var output = new ArrayBufferWriter<byte>();
        try
        {
            while (gzip.Read(output.GetSpan(FirstRead)) is > 0 and var read)
            {
                output.Advance(read);
                if (output.WrittenCount > mostBytes)
                    return null;
            }

            return output.WrittenMemory;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static bool IsJson(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        try
        {
            while (reader.Read())
            {
            }

            return System.Text.Unicode.Utf8.IsValid(json);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
