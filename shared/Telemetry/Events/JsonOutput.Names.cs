using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Telemetry.Events;

/// <content>The names of the open objects. A member with an existing name replaces the earlier member.</content>
internal sealed partial class JsonOutput
{
    // Names are unique only among the first members, up to this number: the cost of comparing grows with the square.
    private const int MostNames = 8_192;

    // For the open objects, the innermost last.
    private Member[] _members = new Member[64];
    private Names[] _outer = new Names[16];
    private int _count;
    private int _depth;
    private Names _names;

    // For one object: its first name, and a bit for each hash. A name whose bit is not set is new.
    private record struct Names(int First, ulong Bits);

    // A hash of the member's name, and where the member begins.
    private record struct Member(ulong Hash, int Start);

    /// <summary>A position in the output, to return to.</summary>
    internal readonly struct Position
    {
        internal Position(JsonOutput json) =>
            (Length, Count, Depth, Names) = (json.Length, json._count, json._depth, json._names);

        internal int Length { get; }

        internal int Count { get; }

        internal int Depth { get; }

        private Names Names { get; }

        internal void Restore(JsonOutput json) =>
            (json.Length, json._count, json._depth, json._names) = (Length, Count, Depth, Names);
    }

    internal Position Here => new(this);

    /// <summary>Discards what was written since; the objects that were open then are open again.</summary>
    internal void Return(in Position position) => position.Restore(this);

    private void OpenObject()
    {
        if (_depth == _outer.Length)
            Array.Resize(ref _outer, 2 * _depth);
        _outer[_depth++] = _names;
        _names = new Names(_count, 0);
    }

    private void CloseObject()
    {
        // The event's outermost object was not opened here.
        if (_depth == 0)
            return;
        _count = _names.First;
        _names = _outer[--_depth];
    }

    // The name was just written, quotes included.
    private void AddName(int start)
    {
        if (_count - _names.First == MostNames)
            return;
        var hash = HashOf(start);
        var bit = 1UL << (int)(hash >> 58);
        if ((_names.Bits & bit) != 0)
            start = RemoveEarlier(hash, start);
        _names.Bits |= bit;
        if (_count == _members.Length)
            Array.Resize(ref _members, 2 * _count);
        _members[_count++] = new Member(hash, start);
    }

    // Returns the name's new position.
    private int RemoveEarlier(ulong hash, int start)
    {
        var name = _bytes.AsSpan(start, Length - start);
        for (var i = _names.First; i < _count; i++)
        {
            if (_members[i].Hash == hash && _bytes.AsSpan(_members[i].Start).StartsWith(name))
                return start - RemoveMember(i, start);
        }

        return start;
    }

    // A member ends where the next one's name begins; what follows moves to the front.
    private int RemoveMember(int index, int last)
    {
        var start = _members[index].Start;
        var length = (index + 1 < _count ? _members[index + 1].Start : last) - start;
        _bytes.AsSpan(start + length, Length - start - length).CopyTo(_bytes.AsSpan(start));
        Length -= length;
        _count--;
        for (var i = index; i < _count; i++)
            _members[i] = _members[i + 1] with { Start = _members[i + 1].Start - length };
        return length;
    }

    // Hash of both ends and the length; names with the same hash are compared byte by byte.
    private ulong HashOf(int start)
    {
        const int size = sizeof(ulong);
        // Both reads end at most this far behind the written bytes.
        Reserve(size);
        ref var bytes = ref MemoryMarshal.GetArrayDataReference(_bytes);
        var length = Length - start;
        var value = Read(ref bytes, start);
        if (length < size)
            value &= (1UL << (8 * length)) - 1;
        else
            value = BitOperations.RotateLeft(value, 29) ^ Read(ref bytes, Length - size);
        return (value + (ulong)length) * 0x9E3779B97F4A7C15;
    }

    private static ulong Read(ref byte bytes, int at)
    {
        var value = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, at));
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }
}
