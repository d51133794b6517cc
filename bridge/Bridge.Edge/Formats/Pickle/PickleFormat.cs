using System.Buffers.Binary;
using Bridge.Edge.Framing;
using Telemetry.Events;

namespace Bridge.Edge.Formats.Pickle;

/// <summary>Makes events of the pickled log records of Python's SocketHandler and DatagramHandler.</summary>
/// <param name="hasPrefix">True in datagrams, where the length stands before the pickle.</param>
/// <param name="maxBytes">Most bytes of a message, and about those of its event.</param>
internal sealed class PickleFormat(bool hasPrefix, int maxBytes) : IMessageFormat
{
    public FormatResult Write(in IncomingMessage message, JsonOutput output)
    {
        if (message.IsCut)
            return FormatResult.Oversize;
        var pickle = hasPrefix ? WithoutPrefix(message.Bytes) : message.Bytes;
        if (!PickleReader.TryRead(pickle, out var value) || value is not PickleDict record)
            return FormatResult.Unreadable;
        new LogRecord(record).Write(message, output, maxBytes);
        return FormatResult.Event;
    }

    // Other programs may send the pickle alone.
    private static ReadOnlySpan<byte> WithoutPrefix(ReadOnlySpan<byte> datagram) =>
        datagram.Length > LengthFrames.Prefix
            && BinaryPrimitives.ReadUInt32BigEndian(datagram) == datagram.Length - LengthFrames.Prefix
            ? datagram[LengthFrames.Prefix..]
            : datagram;
}
