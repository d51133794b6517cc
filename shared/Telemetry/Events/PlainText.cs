using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Telemetry.Events;

/// <summary>
/// Text that JSON takes as it is: printable ASCII without quote and backslash, as nearly all names and values of telemetry are. Looks and
/// copies in one go; in vectors of 128 bits, which compilation ahead of time knows, so that no start waits for them.
/// </summary>
internal static class PlainText
{
    private const byte Lowest = 0x20;
    private const byte Highest = 0x7E;

    /// <summary>Copies a text.</summary>
    /// <returns>False when it is not plain; what was written then is of no use.</returns>
    internal static bool TryCopy(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (text.Length < Vector128<ushort>.Count)
            return TryCopyShort(text, destination);
        ref var from = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        ref var to = ref MemoryMarshal.GetReference(destination[..text.Length]);
        var last = (nuint)(text.Length - Vector128<ushort>.Count);
        var special = Vector128<ushort>.Zero;
        for (nuint at = 0; at < last; at += (nuint)Vector128<ushort>.Count)
            special |= Copy(ref from, ref to, at);
        // The last step overlaps the one before.
        return (special | Copy(ref from, ref to, last)) == Vector128<ushort>.Zero;
    }

    /// <summary>Whether UTF-8 is plain.</summary>
    internal static bool IsPlain(ReadOnlySpan<byte> text)
    {
        foreach (var value in text)
        {
            if (!IsPlain(value))
                return false;
        }

        return true;
    }

    private static bool TryCopyShort(ReadOnlySpan<char> text, Span<byte> destination)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsPlain(text[i]))
                return false;
            destination[i] = (byte)text[i];
        }

        return true;
    }

    private static bool IsPlain(int value) => (uint)(value - Lowest) <= Highest - Lowest && value is not ('"' or '\\');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Copy(ref ushort from, ref byte to, nuint at)
    {
        var text = Vector128.LoadUnsafe(ref from, at);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, at), Vector128.Narrow(text, text).AsUInt64().ToScalar());
        return Vector128.GreaterThan(text - Vector128.Create((ushort)Lowest), Vector128.Create((ushort)(Highest - Lowest)))
            | Vector128.Equals(text, Vector128.Create((ushort)'"'))
            | Vector128.Equals(text, Vector128.Create((ushort)'\\'));
    }
}
