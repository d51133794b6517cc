using System.Numerics;

namespace Telemetry.Wire;

/// <summary>
/// Lends large arrays, and keeps a few megabytes of them for whoever needs about as much next. The framework's pools round up to powers of two
/// and keep several arrays of each size, one of them for each thread: of large ones a multiple of what is ever needed at a time.
/// </summary>
internal sealed class LargeArrays
{
    private const long MostKept = 8 * 1024 * 1024;
    private const int StepsToDouble = 4;

    private readonly Lock _gate = new();

    // The longest unused first.
    private readonly List<byte[]> _kept = [];
    private long _bytes;

    /// <summary>Those of the process.</summary>
    public static LargeArrays Shared { get; } = new();

    /// <summary>An array of at least this size, and hardly more than a quarter above it; what it holds is undefined.</summary>
    public byte[] Rent(int size) => TryTake(size) ?? GC.AllocateUninitializedArray<byte>(RoundUp(size));

    /// <summary>Takes an array back; its borrower does not touch it any more.</summary>
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

    // Few sizes, so that one that was returned fits the next.
    private static int RoundUp(int size)
    {
        var step = (long)(BitOperations.RoundUpToPowerOf2((uint)size) / (2 * StepsToDouble));
        return (int)Math.Min((size + step - 1) / step * step, Array.MaxLength);
    }
}
