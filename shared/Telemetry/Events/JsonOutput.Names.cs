using System.Buffers.Binary;
using System.Numerics;

namespace Telemetry.Events;

/// <content>The names of the open objects. A member with an existing name replaces the earlier member.</content>
internal sealed partial class JsonOutput
{
    // Names are unique only among the first members, up to this number: the cost of comparing grows with the square.
    private const int MostNames = 8_192;

    // For the open objects, the innermost last.
    private Member[] _members = new Member[64];
    private Names[] _objects = new Names[16];
    private int _count;
    private int _depth;

    /// <summary>A position in the output, to return to.</summary>
    internal readonly record struct Position(int Length, int Count, int Depth);

    // For one object: its first name, and a bit for each hash. A name whose bit is not set is new.
    private record struct Names(int First, ulong Bits);

    // A hash of the member's name, and where the member begins.
    private record struct Member(ulong Hash, int Start);

    private void Open()
    {
        if (++_depth == _objects.Length)
            Array.Resize(ref _objects, 2 * _depth);
        _objects[_depth] = new Names(_count, 0);
    }

    private void Close()
    {
        // The event's outermost object was not opened here.
        if (_depth > 0)
            _count = _objects[_depth--].First;
    }

    // The name was just written, a comma before it and a colon behind it. The names of an event's own members come from this
    // code and are unique.
    private void EndName(int start)
    {
        if (_depth == 0 || _count - _objects[_depth].First == MostNames)
            return;
        start += _bytes[start] is (byte)',' ? 1 : 0;
        var hash = HashOf(Written[start..]);
        var bit = 1UL << (int)(hash >> 58);
        ref var names = ref _objects[_depth];
        if ((names.Bits & bit) != 0)
            start = RemoveEarlier(hash, start);
        names.Bits |= bit;
        if (_count == _members.Length)
            Array.Resize(ref _members, 2 * _count);
        _members[_count++] = new Member(hash, start);
    }

    // Returns the name's new position.
    private int RemoveEarlier(ulong hash, int start)
    {
        var name = Written[start..];
        for (var i = _objects[_depth].First; i < _count; i++)
        {
            if (_members[i].Hash == hash && _bytes.AsSpan(_members[i].Start).StartsWith(name))
                return start - RemoveMember(i, start);
        }

        return start;
    }

    // A member ends where the next one's name begins; what follows moves to the front.
    private int RemoveMember(int index, int last)
    {
        _writer.Flush();
        var start = _members[index].Start;
        var length = (index + 1 < _count ? _members[index + 1].Start : last) - start;
        Written[(start + length)..].CopyTo(_bytes.AsSpan(start));
        _flushed -= length;
        _count--;
        for (var i = index; i < _count; i++)
            _members[i] = _members[i + 1] with { Start = _members[i + 1].Start - length };
        return length;
    }

    // Hash of both ends; names with the same hash are compared byte by byte.
    private static ulong HashOf(scoped ReadOnlySpan<byte> name)
    {
        const int size = sizeof(ulong);
        var value = 0UL;
        if (name.Length >= size)
        {
            value = BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(name), 29)
                ^ BinaryPrimitives.ReadUInt64LittleEndian(name[^size..]);
        }
        else
        {
            foreach (var one in name)
                value = (value << 8) | one;
        }

        return value * 0x9E3779B97F4A7C15;
    }
}
