using System.Buffers.Binary;
using static System.FormattableString;

namespace Telemetry.Otlp;

/// <summary>Walks over the fields of one Protocol Buffers message.</summary>
/// <param name="message">The message's bytes.</param>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The number of the current field.</summary>
    internal int Field { get; private set; }

    /// <summary>Its value where that is a number; a double's bits, a fixed or a variable length integer.</summary>
    internal ulong Number { get; private set; }

    /// <summary>Its value where that has a length: bytes, text, a message, packed numbers.</summary>
    internal ReadOnlySpan<byte> Value { get; private set; }

    internal readonly double Real => BitConverter.UInt64BitsToDouble(Number);

    /// <summary>Goes to the next field.</summary>
    /// <exception cref="FormatException">The bytes are no message.</exception>
    internal bool MoveNext()
    {
        if (_rest.IsEmpty)
            return false;
        var tag = ReadVarint();
        Field = (int)(tag >> 3);
        Value = default;
        Number = (tag & 7) switch
        {
            Varint => ReadVarint(),
            Fixed64 => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong))),
            Fixed32 => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint))),
            Bytes => ReadVarint(),
            var wire => throw new FormatException(Invariant($"field {Field} has the unknown wire type {wire}")),
        };
        if ((tag & 7) == Bytes)
            Value = Take(Number);
        return true;
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
            throw new FormatException(Invariant($"field {Field} is cut off: {length} bytes of which {_rest.Length} are there"));
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }

        throw new FormatException(Invariant($"a number behind field {Field} has more than ten bytes"));
    }
}
