using System.Buffers.Binary;
using System.Text;

namespace Bridge.Publish;

/// <summary>Writes AMQP's field types one behind the other (section 4.2.5 of the specification).</summary>
/// <param name="destination">Large enough for all of them.</param>
internal ref struct FieldWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written.</summary>
    public int Count { get; private set; }

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Written => _destination[..Count];

    private readonly Span<byte> Free => _destination[Count..];

    public void Write(byte value) => _destination[Count++] = value;

    public void Write(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Free, value);
        Count += sizeof(ushort);
    }

    public void Write(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Free, value);
        Count += sizeof(ulong);
    }

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Free);
        Count += bytes.Length;
    }

    /// <summary>A short string: at most 255 bytes in UTF-8.</summary>
    /// <exception cref="OverflowException">It is longer.</exception>
    public void WriteShort(string text)
    {
        var length = Encoding.UTF8.GetBytes(text, Free[1..]);
        _destination[Count] = checked((byte)length);
        Count += 1 + length;
    }

    /// <summary>A long string.</summary>
    public void WriteLong(string text)
    {
        var start = BeginLong();
        Count += Encoding.UTF8.GetBytes(text, Free);
        EndLong(start);
    }

    /// <summary>Leaves room for the length of what follows: a long string, or a table.</summary>
    public int BeginLong()
    {
        Count += sizeof(int);
        return Count;
    }

    /// <summary>Enters the length of what was written since.</summary>
    /// <param name="start">What <see cref="BeginLong"/> returned.</param>
    public readonly void EndLong(int start) => BinaryPrimitives.WriteInt32BigEndian(_destination[(start - sizeof(int))..], Count - start);
}
