using System.Buffers;
using Azure.Core;

namespace Telemetry.Azure;

/// <summary>The body of Put Message, written around the text where it lies: Base64 is neither copied nor escaped.</summary>
internal sealed class QueueMessageContent(ReadOnlyMemory<byte> text) : RequestContent
{
    private static readonly byte[] Head = "<QueueMessage><MessageText>"u8.ToArray();
    private static readonly byte[] Tail = "</MessageText></QueueMessage>"u8.ToArray();

    // A carriage return is legal as it is, but readers of XML turn it into a line feed.
    private static readonly SearchValues<byte> Special = SearchValues.Create("&<>\r"u8);

    private readonly ReadOnlyMemory<byte> _text = text.Span.ContainsAny(Special) ? Escape(text.Span) : text;

    public override bool TryComputeLength(out long length)
    {
        length = Head.Length + _text.Length + Tail.Length;
        return true;
    }

    public override async Task WriteToAsync(Stream stream, CancellationToken cancellation)
    {
        await stream.WriteAsync(Head, cancellation).ConfigureAwait(false);
        await stream.WriteAsync(_text, cancellation).ConfigureAwait(false);
        await stream.WriteAsync(Tail, cancellation).ConfigureAwait(false);
    }

    public override void WriteTo(Stream stream, CancellationToken cancellation)
    {
        stream.Write(Head);
        stream.Write(_text.Span);
        stream.Write(Tail);
    }

    public override void Dispose()
    {
    }

    private static byte[] Escape(ReadOnlySpan<byte> text)
    {
        var escaped = new ArrayBufferWriter<byte>(text.Length + (text.Length / 8));
        while (text.IndexOfAny(Special) is >= 0 and var next)
        {
            escaped.Write(text[..next]);
            escaped.Write(Entity(text[next]));
            text = text[(next + 1)..];
        }

        escaped.Write(text);
        return escaped.WrittenSpan.ToArray();
    }

    private static ReadOnlySpan<byte> Entity(byte special) => special switch
    {
        (byte)'&' => "&amp;"u8,
        (byte)'<' => "&lt;"u8,
        (byte)'>' => "&gt;"u8,
        _ => "&#13;"u8,
    };
}
