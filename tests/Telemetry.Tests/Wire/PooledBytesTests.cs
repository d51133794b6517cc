using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Telemetry.Wire;

namespace Telemetry.Tests.Wire;

public sealed class PooledBytesTests
{
    private const int MiB = 1024 * 1024;

    [Theory]
    [InlineData(MiB)]
    [InlineData(3 * MiB)]
    [InlineData(9 * MiB)]
    public void Of_many_large_arrays_eight_mebibytes_are_kept(int size)
    {
        var arrays = ReturnMany(size);
        GC.Collect();

        Assert.InRange(arrays.Count(array => array.IsAlive), 0, 8 * MiB / size);
    }

    [Fact]
    public void A_large_array_is_lent_again()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var turn = 0; turn < 100; turn++)
            new PooledBytes(MiB).Dispose();

        // Tests that run beside this one may take it in between.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50 * MiB);
    }

    [Theory]
    [InlineData(64 * 1024 + 1)]
    [InlineData(MiB + 1)]
    [InlineData(3 * MiB)]
    public void An_array_is_hardly_larger_than_what_is_asked_for(int size)
    {
        using var bytes = new PooledBytes(size);

        Assert.InRange(bytes.Free.Length, size, size / 4 * 5);
    }

    [Fact]
    public void Bytes_survive_every_change_of_the_array_below_them()
    {
        var expected = new byte[9 * MiB];
        new Random(1).NextBytes(expected);
        using var bytes = new PooledBytes(1_000);
        for (var at = 0; at < expected.Length; at += 4_096)
            bytes.Append(expected.AsSpan(at, 4_096));

        Assert.True(bytes.Span.SequenceEqual(expected));
    }

    // In a frame of its own, which keeps nothing alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> ReturnMany(int size)
    {
        var many = Enumerable.Range(0, 12).Select(_ => new PooledBytes(size)).ToList();
        var arrays = many.ConvertAll(bytes => new WeakReference(ArrayOf(bytes)));
        many.ForEach(bytes => bytes.Dispose());
        return arrays;
    }

    private static byte[] ArrayOf(PooledBytes bytes)
    {
        bytes.Append("x"u8);
        return MemoryMarshal.TryGetArray(bytes.Memory, out var segment)
            ? segment.Array!
            : throw new InvalidOperationException("no array");
    }
}
