using System.Buffers.Binary;
using System.Numerics;

namespace Telemetry.Events;

/// <content>
/// The names of the objects that are open. A member with a name that is there already replaces the earlier one.
/// </content>
internal sealed partial class JsonOutput
{
    // Of an object with more members only the first are compared with: what comparing costs grows with their number.
    private const int MostNames = 4_096;

    // Of the objects that are open, the innermost last: a hash of each name, and where its member begins.
    private ulong[] _hashes = new ulong[64];
    private int[] _starts = new int[64];
    private int[] _objects = new int[16];
    private int _names;
    private int _depth;

    // The first name of the innermost object.
    private int _first;

    /// <summary>How far the writing is, to return to.</summary>
    internal readonly record struct Position(int Length, int Names, int Depth, int First);

    internal Position Here => new(Length, _names, _depth, _first);

    /// <summary>Forgets what was written since; the objects that were open then are open again.</summary>
    internal void Return(Position position) =>
        (Length, _names, _depth, _first) = (position.Length, position.Names, position.Depth, position.First);

    private void OpenObject()
    {
        if (_depth == _objects.Length)
            Array.Resize(ref _objects, 2 * _depth);
        _objects[_depth++] = _first;
        _first = _names;
    }

    private void CloseObject()
    {
        // The event's outermost object was not opened here.
        if (_depth == 0)
            return;
        _names = _first;
        _first = _objects[--_depth];
    }

    // The name was just written, quotes included.
    private void AddName(int start)
    {
        var name = _bytes.AsSpan(start, Length - start);
        var hash = HashOf(name);
        var from = _first;
        while (_hashes.AsSpan(from, _names - from).IndexOf(hash) is >= 0 and var found)
        {
            if (_bytes.AsSpan(_starts[from + found]).StartsWith(name))
            {
                start -= RemoveMember(from + found, start);
                break;
            }

            from += found + 1;
        }

        if (_names - _first == MostNames)
            return;
        if (_names == _hashes.Length)
        {
            Array.Resize(ref _hashes, 2 * _names);
            Array.Resize(ref _starts, 2 * _names);
        }

        _hashes[_names] = hash;
        _starts[_names++] = start;
    }

    // A member reaches to the next one's name; what stands behind moves up.
    private int RemoveMember(int index, int last)
    {
        var start = _starts[index];
        var end = index + 1 < _names ? _starts[index + 1] : last;
        _bytes.AsSpan(end, Length - end).CopyTo(_bytes.AsSpan(start));
        Length -= end - start;
        _names--;
        _hashes.AsSpan(index + 1, _names - index).CopyTo(_hashes.AsSpan(index));
        for (var i = index; i < _names; i++)
            _starts[i] = _starts[i + 1] - (end - start);
        return end - start;
    }

    // Of both ends and the length: names that have these in common are compared byte by byte.
    private static ulong HashOf(ReadOnlySpan<byte> name)
    {
        if (name.Length >= sizeof(ulong))
        {
            var head = BinaryPrimitives.ReadUInt64LittleEndian(name);
            var tail = BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]);
            return BitOperations.RotateLeft(head, 29) ^ tail ^ (ulong)name.Length;
        }

        ulong hash = 0;
        foreach (var value in name)
            hash = (hash << 8) | value;
        return hash;
    }
}
