using System.Buffers.Binary;
using System.Text;
using RabbitMQ.Client;

namespace Simulation.Broker;

/// <summary>What the bridge writes messages to as frames: the broker's reading of them, <c>basic.publish</c> with its content alone.</summary>
/// <param name="connection">Whose it is.</param>
internal sealed class SimulatedStream(SimulatedConnection connection) : MemoryStream
{
    private const int PayloadAt = 7;
    private const int MethodFieldsAt = 6;
    private const int LengthAt = 4;
    private const int FlagsAt = 12;

    private string _exchange = "";
    private string _routingKey = "";
    private BasicProperties _properties = new();
    private byte[] _body = [];
    private int _received;

    /// <summary>Takes whole frames, as every write must be.</summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!connection.IsOpen)
            throw new IOException("the connection is closed");
        for (var rest = buffer.Span; !rest.IsEmpty;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest[3..]);
            Read(rest[0], BinaryPrimitives.ReadUInt16BigEndian(rest[1..]), rest.Slice(PayloadAt, length));
            rest = rest[(PayloadAt + length + 1)..];
        }

        await connection.Session.WriteAsync();
    }

    private void Read(byte type, int channel, ReadOnlySpan<byte> payload)
    {
        if (type == 1)
            ReadMethod(payload[MethodFieldsAt..]);
        else if (type == 2)
            ReadHeader(payload);
        else
            ReadBody(payload);
        if (type != 1 && _received == _body.Length)
            Publish(channel);
    }

    private void ReadMethod(ReadOnlySpan<byte> fields)
    {
        _exchange = Encoding.UTF8.GetString(fields.Slice(1, fields[0]));
        fields = fields[(1 + fields[0])..];
        _routingKey = Encoding.UTF8.GetString(fields.Slice(1, fields[0]));
    }

    private void ReadHeader(ReadOnlySpan<byte> payload)
    {
        _body = new byte[BinaryPrimitives.ReadUInt64BigEndian(payload[LengthAt..])];
        _received = 0;
        _properties = new BasicProperties(new ReadOnlyBasicProperties(payload[FlagsAt..]));
    }

    private void ReadBody(ReadOnlySpan<byte> piece)
    {
        piece.CopyTo(_body.AsSpan(_received));
        _received += piece.Length;
    }

    private void Publish(int channel)
    {
        var message = new BrokerMessage(_exchange.Length == 0 ? _routingKey : _exchange, _properties.MessageId ?? "", _body, _properties);
        connection.Channel(channel).Receive(_exchange, _routingKey, message);
    }
}
