using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Bridge.Publish;

/// <summary>
/// A message as AMQP 0-9-1 frames (sections 2.3.5, 4.2 of the specification): <c>basic.publish</c>, content header, content body.
/// </summary>
/// <remarks>
/// <code>
///  0      1         3        7
///  +------+---------+--------+---------+------+
///  | type | channel | length | payload | 0xCE |    1 method, 2 header, 3 body; numbers are big-endian
///  +------+---------+--------+---------+------+
///
///  method   class 60 | method 40 | 0 (2 bytes) | exchange | routing key | bits: 1 mandatory
///  header   class 60 | 0 (2 bytes) | body length (8 bytes) | flags (2 bytes) | the properties that have a flag, in the flags' order
/// </code>
/// </remarks>
/// <param name="channel">Number of the channel.</param>
internal sealed class MessageFrames(ushort channel)
{
    /// <summary>Bytes around a frame's payload.</summary>
    public const int Framing = 1 + 2 + 4 + 1;

    private const byte MethodFrame = 1;
    private const byte HeaderFrame = 2;
    private const byte BodyFrame = 3;
    private const byte FrameEnd = 0xce;
    private const byte Persistent = 2;
    private const byte Mandatory = 1;
    private const ushort Basic = 60;
    private const ushort Publish = 40;

    private const ushort HasContentType = 1 << 15;
    private const ushort HasHeaders = 1 << 13;
    private const ushort HasDeliveryMode = 1 << 12;
    private const ushort HasMessageId = 1 << 7;
    private const ushort HasTimestamp = 1 << 6;

    // Both frames' framing and fixed parts, and the four short strings, each with its length.
    private const int LongestFixed = (2 * Framing) + 64 + (4 * 256);
    private const int LongestByte = 3;

    private static ReadOnlySpan<byte> TraceParent => "\vtraceparentS"u8;

    // The headers that the messages of a batch share: encoded once.
    private ImmutableArray<MessageHeader> _shared = [];
    private byte[] _sharedFields = [];

    /// <summary>Bytes that all frames of a message take at most, when its body is one frame.</summary>
    public int MostBytesOf(in OutgoingMessage message) => MostHeadBytesOf(message) + message.Body.Length + Framing;

    /// <summary>Bytes that a message takes at most before its body.</summary>
    public int MostHeadBytesOf(in OutgoingMessage message) =>
        LongestFixed + Share(message.Properties.Headers).Length + TraceParent.Length + sizeof(int) + ((message.Properties.TraceParent?.Length ?? 0) * LongestByte);

    /// <summary>Writes what comes before the body.</summary>
    /// <returns>Bytes written.</returns>
    public int WriteHead(in OutgoingMessage message, Span<byte> destination)
    {
        var length = WriteMethod(message, destination);
        return length + WriteHeader(message.Properties, message.Body.Length, destination[length..]);
    }

    /// <summary>Writes a body, or a part of one, as one frame.</summary>
    /// <returns>Bytes written.</returns>
    public int WriteBody(ReadOnlySpan<byte> body, Span<byte> destination)
    {
        body.CopyTo(Payload(destination));
        return End(BodyFrame, body.Length, destination);
    }

    private int WriteMethod(in OutgoingMessage message, Span<byte> destination)
    {
        var fields = new FieldWriter(Payload(destination));
        fields.Write(Basic);
        fields.Write(Publish);
        fields.Write((ushort)0);
        fields.WriteShort(message.Exchange);
        fields.WriteShort(message.RoutingKey);
        fields.Write(Mandatory);
        return End(MethodFrame, fields.Count, destination);
    }

    private int WriteHeader(in OutgoingProperties properties, int bodyLength, Span<byte> destination)
    {
        var fields = new FieldWriter(Payload(destination));
        fields.Write(Basic);
        fields.Write((ushort)0);
        fields.Write((ulong)bodyLength);
        fields.Write(FlagsOf(properties));
        if (properties.ContentType is { } contentType)
            fields.WriteShort(contentType);
        WriteHeaders(properties, ref fields);
        fields.Write(Persistent);
        fields.WriteShort(properties.MessageId);
        if (properties.Timestamp is { } timestamp)
            fields.Write((ulong)timestamp.ToUnixTimeSeconds());
        return End(HeaderFrame, fields.Count, destination);
    }

    private static ushort FlagsOf(in OutgoingProperties properties) => (ushort)(HasHeaders | HasDeliveryMode | HasMessageId
        | (properties.ContentType is null ? 0 : HasContentType)
        | (properties.Timestamp is null ? 0 : HasTimestamp));

    private void WriteHeaders(in OutgoingProperties properties, ref FieldWriter fields)
    {
        var start = fields.BeginLong();
        fields.Write(Share(properties.Headers));
        if (properties.TraceParent is { } traceParent)
        {
            fields.Write(TraceParent);
            fields.WriteLong(traceParent);
        }

        fields.EndLong(start);
    }

    private byte[] Share(ImmutableArray<MessageHeader> headers)
    {
        if (headers != _shared)
            (_shared, _sharedFields) = (headers, Encode(headers.IsDefault ? [] : headers));
        return _sharedFields;
    }

    private static byte[] Encode(ImmutableArray<MessageHeader> headers)
    {
        var most = headers.Sum(header => 1 + 1 + sizeof(ulong) + ((header.Name.Length + (header.Text?.Length ?? 0)) * LongestByte));
        var fields = new FieldWriter(new byte[most]);
        foreach (var header in headers)
        {
            fields.WriteShort(header.Name);
            fields.Write(header.Text is null ? (byte)'l' : (byte)'S');
            if (header.Text is { } text)
                fields.WriteLong(text);
            else
                fields.Write((ulong)header.Number);
        }

        return fields.Written.ToArray();
    }

    private static Span<byte> Payload(Span<byte> frame) => frame[(Framing - 1)..];

    private int End(byte type, int length, Span<byte> frame)
    {
        frame[0] = type;
        BinaryPrimitives.WriteUInt16BigEndian(frame[1..], channel);
        BinaryPrimitives.WriteInt32BigEndian(frame[3..], length);
        frame[Framing - 1 + length] = FrameEnd;
        return Framing + length;
    }
}
