using System.Buffers;

namespace Telemetry.Wire;

/// <summary>A growing buffer of pooled memory. Its owner disposes it when nobody reads it any more.</summary>
public sealed class PooledBytes : IDisposable
{
    private const int LargestShared = 64 * 1024;

    private byte[] _array;

    /// <summary>An empty buffer with room for <paramref name="capacity"/> bytes.</summary>
    public PooledBytes(int capacity) => _array = Rent(capacity);

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of memory that the buffer uses.</summary>
    internal int Capacity => _array.Length;

    /// <summary>The bytes written.</summary>
    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Length);

    /// <summary>The bytes written.</summary>
    public ReadOnlySpan<byte> Span => _array.AsSpan(0, Length);

    /// <summary>The bytes written, to be changed in place.</summary>
    internal Span<byte> Written => _array.AsSpan(0, Length);

    /// <summary>The unused memory behind the bytes written; may be empty.</summary>
    public Span<byte> Free => _array.AsSpan(Length);

    /// <summary>Counts bytes that were written into <see cref="Free"/>.</summary>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _array.Length - Length);
        Length += count;
    }

    /// <summary>Removes all bytes behind the first <paramref name="length"/>.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    /// <summary>Removes the first <paramref name="count"/> bytes.</summary>
    public void RemoveStart(int count)
    {
        _array.AsSpan(count, Length - count).CopyTo(_array);
        Length -= count;
    }

    /// <summary>
    /// Makes <see cref="Free"/> at least <paramref name="size"/> bytes long. The memory doubles, up to <paramref name="most"/>
    /// bytes.
    /// </summary>
    public Span<byte> Reserve(int size, int most = int.MaxValue)
    {
        if (_array.Length - Length < size)
        {
            var larger = Rent((int)Math.Max((long)Length + size, Math.Min(2L * Length, Math.Min(most, Array.MaxLength))));
            Span.CopyTo(larger);
            Return(_array);
            _array = larger;
        }

        return Free;
    }

    /// <summary>Appends a copy.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Appends a copy.</summary>
    public void Append(in ReadOnlySequence<byte> bytes)
    {
        bytes.CopyTo(Reserve((int)bytes.Length));
        Length += (int)bytes.Length;
    }

    /// <summary>Gives the memory back to the pool.</summary>
    public void Dispose()
    {
        var array = _array;
        _array = [];
        Length = 0;
        Return(array);
    }

    private static byte[] Rent(int size) =>
        size <= LargestShared ? ArrayPool<byte>.Shared.Rent(size) : LargeArrays.Shared.Rent(size);

    private static void Return(byte[] array)
    {
        if (array.Length > LargestShared)
            LargeArrays.Shared.Return(array);
        else if (array.Length > 0)
            ArrayPool<byte>.Shared.Return(array);
    }
}
