using System.Buffers;
using System.Buffers.Text;
using static System.FormattableString;

namespace Telemetry.Wire;

/// <summary>Reads the text of a queue message: a plain event, or a chunk in Base64.</summary>
public static class MessageText
{
    // A header in Base64: its 36 bytes are whole quanta.
    private const int HeaderText = ChunkHeader.Size / 3 * 4;

    private static readonly SearchValues<byte> UrlSafe =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_= \t\r\n"u8);

    /// <summary>Decodes a text.</summary>
    /// <param name="text">The text as the queue stored it, UTF-8.</param>
    /// <param name="limits">What the receiver accepts.</param>
    /// <returns>The decoded message; the caller disposes it.</returns>
    public static DecodedMessage Decode(ReadOnlySpan<byte> text, CodecLimits limits)
    {
        var plain = EventJson.SkipByteOrderMark(text);
        if (BeginsWithObject(plain))
            return PlainOf(plain, limits);

        var bytes = new PooledBytes(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        var message = DecodeBase64(text, bytes) is { } refusal
            ? DecodedMessage.Refused(refusal)
            : Classify(text.Length, bytes, limits);
        if (message.Refusal is not null)
            bytes.Dispose();
        return message;
    }

    /// <summary>
    /// Tells whether a text claims to be a whole batch, from its first 48 bytes. <see cref="Decode"/> may still refuse it.
    /// </summary>
    /// <param name="text">The text as the queue stored it, UTF-8.</param>
    /// <param name="batch">The identity that it claims, when the result is true.</param>
    public static bool IsWholeBatch(ReadOnlySpan<byte> text, out BatchId batch)
    {
        batch = default;
        Span<byte> start = stackalloc byte[ChunkHeader.Size];
        if (text.Length < HeaderText
            || Base64.DecodeFromUtf8(text[..HeaderText], start, out _, out var written) is not OperationStatus.Done
            || written != ChunkHeader.Size
            || ChunkHeader.Parse(start, out var header) is not null)
        {
            return false;
        }

        batch = header.Batch;
        return header.Count == 1;
    }

    /// <summary>Encodes a chunk. The result is the text that the chunk was decoded from.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> chunk)
    {
        var text = new byte[Base64.GetMaxEncodedToUtf8Length(chunk.Length)];
        Base64.EncodeToUtf8(chunk, text, out _, out _);
        return text;
    }

    private static DecodedMessage Classify(int textLength, PooledBytes bytes, CodecLimits limits)
    {
        var plain = EventJson.SkipByteOrderMark(bytes.Span);
        if (BeginsWithObject(plain))
        {
            bytes.RemoveStart(bytes.Length - plain.Length);
            return bytes.Length > limits.EventBytes ? TooLarge(bytes.Length, limits) : DecodedMessage.Plain(bytes);
        }

        if (ChunkHeader.Read(bytes.Span, limits, out var header) is { } refusal)
            return DecodedMessage.Refused(refusal);
        return Base64.GetMaxEncodedToUtf8Length(bytes.Length) == textLength
            ? DecodedMessage.Chunk(header, bytes)
            : DecodedMessage.Refused(Refusal.Malformed("white space in the Base64 of a chunk"));
    }

    private static DecodedMessage PlainOf(ReadOnlySpan<byte> text, CodecLimits limits)
    {
        if (text.Length > limits.EventBytes)
            return TooLarge(text.Length, limits);
        var bytes = new PooledBytes(text.Length);
        bytes.Append(text);
        return DecodedMessage.Plain(bytes);
    }

    private static Refusal? DecodeBase64(ReadOnlySpan<byte> text, PooledBytes bytes)
    {
        if (text.IsEmpty)
            return Refusal.Malformed("an empty message");
        var status = Base64.DecodeFromUtf8(text, bytes.Free, out _, out var written);
        // The decoder skips white space, and refuses bits that stray behind the last byte.
        if (status is not OperationStatus.Done)
            return Refusal.Malformed($"{text.Length} bytes that are neither a JSON object nor Base64: {Guess(text)}");
        bytes.Advance(written);
        return null;
    }

    // The most frequent mistakes of producers, and how to fix them.
    private static string Guess(ReadOnlySpan<byte> text) => EventJson.Trim(text) switch
    {
        [] => "they are white space",
        [0xff, 0xfe, ..] or [0xfe, 0xff, ..] or [(byte)'{', 0, ..] or [0, (byte)'{', ..] => "they look like UTF-16; send UTF-8",
        [(byte)'[', ..] => "they look like a JSON array; send each event alone, or a batch",
        [(byte)'"', ..] => "they look like a JSON string; send what is between the quotes",
        _ when text.StartsWith("\uFEFF"u8) => "they begin with a byte order mark, which may stand before a JSON object alone",
        var other when other.ContainsAny("-_"u8) && !other.ContainsAnyExcept(UrlSafe) =>
            "they look like Base64 for URLs; send - as + and _ as /",
        _ => "send one JSON object, or what the wire format makes of a batch",
    };

    private static bool BeginsWithObject(ReadOnlySpan<byte> bytes)
    {
        var start = bytes.IndexOfAnyExcept(" \t\r\n"u8);
        return start >= 0 && bytes[start] == (byte)'{';
    }

    private static DecodedMessage TooLarge(int length, CodecLimits limits) =>
        DecodedMessage.Refused(Refusal.TooLarge(Invariant($"an event of {length} bytes: the limit is {limits.EventBytes}")));
}
