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
    private const int GroupStart = 3;
    private const int GroupEnd = 4;
    private const int Fixed32 = 5;
    private const ulong HighestField = (1 << 29) - 1;

    private int _form;

    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The number of the current field.</summary>
    internal int Field { get; private set; }

    // A field counts only with the wire type that its number requires; with another one it is treated as unknown.

    /// <summary>The field is an integer of variable length.</summary>
    internal readonly bool IsVarint => _form == Varint;

    /// <summary>The field is eight bytes: an integer or a double.</summary>
    internal readonly bool IsFixed64 => _form == Fixed64;

    /// <summary>The field is four bytes.</summary>
    internal readonly bool IsFixed32 => _form == Fixed32;

    /// <summary>The field has a length: bytes, text, a message, packed numbers.</summary>
    internal readonly bool IsBytes => _form == Bytes;

    /// <summary>Its value where that is a number; a double's bits, a fixed or a variable length integer.</summary>
    internal ulong Number { get; private set; }

    /// <summary>Its value where that has a length: bytes, text, a message, packed numbers.</summary>
    internal ReadOnlySpan<byte> Value { get; private set; }

    internal readonly double Real => BitConverter.UInt64BitsToDouble(Number);

    /// <summary>Goes to the next field; skips groups, which OTLP does not use.</summary>
    /// <exception cref="FormatException">The bytes are no message.</exception>
    internal bool MoveNext()
    {
        var groups = 0;
        while (!_rest.IsEmpty)
        {
            ReadField();
            groups += _form switch { GroupStart => 1, GroupEnd => -1, _ => 0 };
            if (groups < 0)
                throw new FormatException(Invariant($"field {Field} ends a group that did not begin"));
            if (groups == 0 && _form != GroupEnd)
                return true;
        }

        return groups == 0 ? false : throw new FormatException(Invariant($"field {Field} is in a group that does not end"));
    }

    private void ReadField()
    {
        var tag = ReadVarint();
        if (tag >> 3 is 0 or > HighestField)
            throw new FormatException(Invariant($"{tag >> 3} is no number of a field"));
        Field = (int)(tag >> 3);
        Value = default;
        _form = (int)(tag & 7);
        Number = _form switch
        {
            Varint or Bytes => ReadVarint(),
            Fixed64 => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong))),
            Fixed32 => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint))),
            GroupStart or GroupEnd => 0,
            _ => throw new FormatException(Invariant($"field {Field} has the unknown wire type {_form}")),
        };
        if (_form == Bytes)
            Value = Take(Number);
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
