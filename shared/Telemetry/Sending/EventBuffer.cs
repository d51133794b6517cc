using System.Buffers;
using Telemetry.Wire;

namespace Telemetry.Sending;

/// <summary>
/// Holds events until they are packed: a ring of JSON Lines, bounded in bytes. When it is full the oldest events make
/// room for the newest. Appending copies the bytes and allocates nothing while the ring is large enough.
/// </summary>
/// <param name="most">Bytes held at most, line feeds included.</param>
internal sealed class EventBuffer(int most)
{
    private const int Smallest = 16 * 1024;
    private const int LargestKept = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private byte[] _ring = [];
    private int _head;
    private int _length;
    private long _appended;
    private long _removed;
    private TaskCompletionSource? _room;

    /// <summary>Events that ever came in: the position behind the newest.</summary>
    internal long Appended
    {
        get
        {
            lock (_gate)
                return _appended;
        }
    }

    /// <summary>Events that ever left, moved or dropped: the position of the oldest that is still here.</summary>
    internal long Removed
    {
        get
        {
            lock (_gate)
                return _removed;
        }
    }

    /// <summary>True when it is at most half full.</summary>
    internal bool HasRoom
    {
        get
        {
            lock (_gate)
                return _length <= most / 2;
        }
    }

    /// <summary>Appends an event; its raw line feeds, which JSON allows only as white space, become spaces.</summary>
    /// <param name="json">One JSON object.</param>
    /// <param name="dropped">Older events that made room.</param>
    /// <param name="held">Bytes that the buffer holds now.</param>
    /// <returns>False when the event is larger than the whole buffer.</returns>
    internal bool TryAppend(ReadOnlySpan<byte> json, out int dropped, out int held)
    {
        dropped = 0;
        held = 0;
        if (json.Length >= most)
            return false;
        lock (_gate)
        {
            while (_length + json.Length + 1 > most)
            {
                DropOldest();
                dropped++;
            }

            Grow(json.Length + 1);
            Write(json);
            _appended++;
            held = _length;
        }

        return true;
    }

    /// <summary>
    /// Moves the oldest events, whole, until <paramref name="destination"/> holds about <paramref name="target"/> bytes.
    /// </summary>
    internal void MoveTo(PooledBytes destination, int target)
    {
        lock (_gate)
        {
            while (_length > 0 && destination.Length < target)
                MoveLines(destination, target - destination.Length);
            if (_length == 0)
                ReleaseLarge();
            if (_length <= most / 2)
            {
                _room?.SetResult();
                _room = null;
            }
        }
    }

    /// <summary>Completes when the buffer is at most half full.</summary>
    internal Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_length <= most / 2)
                return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task.WaitAsync(cancellationToken);
        }
    }

    private void MoveLines(PooledBytes destination, int wanted)
    {
        // Whole lines up to what is wanted, or the first line where even that is longer.
        var length = Math.Min(wanted, _length);
        var end = LastLineFeed(length);
        if (end < 0)
            end = FirstLineFeed();
        var part = Math.Min(end + 1, _ring.Length - _head);
        MoveBytes(destination, _ring.AsSpan(_head, part));
        MoveBytes(destination, _ring.AsSpan(0, end + 1 - part));
        Remove(end + 1);
    }

    private void MoveBytes(PooledBytes destination, ReadOnlySpan<byte> part)
    {
        destination.Append(part);
        _removed += part.Count((byte)'\n');
    }

    private void DropOldest()
    {
        Remove(FirstLineFeed() + 1);
        _removed++;
    }

    private void Remove(int bytes)
    {
        _head = (int)(((long)_head + bytes) % _ring.Length);
        _length -= bytes;
    }

    private int FirstLineFeed()
    {
        var part = Math.Min(_length, _ring.Length - _head);
        var at = _ring.AsSpan(_head, part).IndexOf((byte)'\n');
        return at >= 0 ? at : part + _ring.AsSpan(0, _length - part).IndexOf((byte)'\n');
    }

    private int LastLineFeed(int within)
    {
        var part = Math.Min(within, _ring.Length - _head);
        var at = _ring.AsSpan(0, within - part).LastIndexOf((byte)'\n');
        return at >= 0 ? part + at : _ring.AsSpan(_head, part).LastIndexOf((byte)'\n');
    }

    private void Write(ReadOnlySpan<byte> json)
    {
        var tail = (int)(((long)_head + _length) % _ring.Length);
        var part = Math.Min(json.Length, _ring.Length - tail);
        WriteLine(json[..part], _ring.AsSpan(tail, part));
        WriteLine(json[part..], _ring.AsSpan(0, json.Length - part));
        _ring[((long)tail + json.Length) % _ring.Length] = (byte)'\n';
        _length += json.Length + 1;
    }

    private static void WriteLine(ReadOnlySpan<byte> json, Span<byte> line)
    {
        json.CopyTo(line);
        // Looked for where it came from: reading what was just written would wait for it.
        var at = json.IndexOf((byte)'\n');
        while (at >= 0)
        {
            line[at] = (byte)' ';
            var next = json[(at + 1)..].IndexOf((byte)'\n');
            at = next < 0 ? next : at + 1 + next;
        }
    }

    private void Grow(int more)
    {
        if (_length + more <= _ring.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(
            (int)Math.Max(Math.Max(Smallest, _length + more), Math.Min(2L * _ring.Length, most)));
        var part = Math.Min(_length, _ring.Length - _head);
        _ring.AsSpan(_head, part).CopyTo(larger);
        _ring.AsSpan(0, _length - part).CopyTo(larger.AsSpan(part));
        Replace(larger);
    }

    private void ReleaseLarge()
    {
        if (_ring.Length > LargestKept)
            Replace([]);
    }

    private void Replace(byte[] ring)
    {
        if (_ring.Length > 0)
            ArrayPool<byte>.Shared.Return(_ring);
        _ring = ring;
        _head = 0;
    }
}
