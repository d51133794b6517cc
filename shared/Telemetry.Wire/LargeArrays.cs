using System.Numerics;

namespace Telemetry.Wire;

/// <summary>
/// A pool of large arrays that keeps at most 8 MiB of unused ones. The framework's pools round up to powers of two and keep
/// several arrays of each size and one for each thread; for large arrays that is a multiple of what is used at one time.
/// </summary>
internal sealed class LargeArrays
{
    private const long MostKept = 8 * 1024 * 1024;
    private const int StepsToDouble = 4;

    private readonly Lock _gate = new();

    // The longest unused first.
    private readonly List<byte[]> _kept = [];
    private long _bytes;

    /// <summary>The pool of the process.</summary>
    public static LargeArrays Shared { get; } = new();

    /// <summary>An array of at least this size and at most about a quarter more. Its content is undefined.</summary>
    public byte[] Rent(int size) => TryTake(size) ?? GC.AllocateUninitializedArray<byte>(RoundUp(size));

    /// <summary>Returns an array to the pool. The caller must not use it after this.</summary>
    public void Return(byte[] array)
    {
        if (array.Length > MostKept)
            return;
        lock (_gate)
        {
            _kept.Add(array);
            _bytes += array.Length;
            while (_bytes > MostKept)
                Remove(0);
        }
    }

    private byte[]? TryTake(int size)
    {
        var most = RoundUp(size);
        lock (_gate)
        {
            var index = _kept.Count - 1;
            while (index >= 0 && (_kept[index].Length < size || _kept[index].Length > most))
                index--;
            return index >= 0 ? Remove(index) : null;
        }
    }

    private byte[] Remove(int index)
    {
        var array = _kept[index];
        _kept.RemoveAt(index);
        _bytes -= array.Length;
        return array;
    }

    // There are few sizes, so that a returned array fits a later request.
    private static int RoundUp(int size)
    {
        var step = (long)(BitOperations.RoundUpToPowerOf2((uint)size) / (2 * StepsToDouble));
        return (int)Math.Min((size + step - 1) / step * step, Array.MaxLength);
    }
}
