using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bridge.Core.Routing;

/// <summary>
/// Scans an event once, several times as fast as <see cref="System.Text.Json.Utf8JsonReader"/>, and finds the positions of some
/// top-level members. It accepts only what is certainly one JSON object (RFC 8259). It leaves everything unusual to the reader.
/// </summary>
/// <remarks>
/// Each method takes the position where an element begins and returns the position after it, or <see cref="Unsure"/>. Positions
/// are parameters and results, not fields, so that they stay in registers.
/// </remarks>
internal static class EventScan
{
    private const int Unsure = -1;

    // Recursion is limited. Deeper events are rare, and the reader does not recurse.
    private const int MaxDepth = 64;

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>Scans an event.</summary>
    /// <param name="json">Valid UTF-8.</param>
    /// <param name="names">UTF-8 names of the members to find.</param>
    /// <param name="found">
    /// Receives the raw value of each member: the inside of a string, a number, <c>true</c> or <c>false</c>; null when the last
    /// member of the name has another type; unchanged when there is no such member.
    /// </param>
    /// <returns>False when the reader must decide. The contents of <paramref name="found"/> are then undefined.</returns>
    public static bool TryScan(ReadOnlySpan<byte> json, byte[][] names, Span<Range?> found)
    {
        var at = SkipSpace(json, 0);
        if (ByteAt(json, at) != '{')
            return false;
        at = SkipSpace(json, at + 1);
        at = ByteAt(json, at) == '}' ? at + 1 : EndOfMembers(json, at, names, found);
        return at >= 0 && SkipSpace(json, at) == json.Length;
    }

    private static int EndOfMembers(ReadOnlySpan<byte> json, int at, byte[][] names, Span<Range?> found)
    {
        while (true)
        {
            // A name with an escape may equal a wanted name, so only the reader can decide.
            var end = EndOfPlainString(json, at);
            if (end < 0)
                return Unsure;
            var wanted = IndexOf(names, json[(at + 1)..(end - 1)]);
            at = BeginOfMemberValue(json, end);
            if (at < 0)
                return Unsure;
            at = wanted < 0 ? EndOfValue(json, at, depth: 1) : EndOfWanted(json, at, ref found[wanted]);
            if (at < 0)
                return Unsure;
            at = SkipSpace(json, at);
            if (ByteAt(json, at) == '}')
                return at + 1;
            if (ByteAt(json, at) != ',')
                return Unsure;
            at = SkipSpace(json, at + 1);
        }
    }

    private static int EndOfWanted(ReadOnlySpan<byte> json, int at, ref Range? found)
    {
        var first = ByteAt(json, at);
        var end = first == '"' ? EndOfPlainString(json, at) : EndOfValue(json, at, depth: 1);
        if (end < 0)
            return Unsure;
        found = first switch
        {
            (byte)'"' => (at + 1)..(end - 1),
            (byte)'{' or (byte)'[' or (byte)'n' => null,
            _ => at..end,
        };
        return end;
    }

    private static int EndOfValue(ReadOnlySpan<byte> json, int at, int depth) => ByteAt(json, at) switch
    {
        (byte)'"' => EndOfString(json, at),
        (byte)'{' => depth < MaxDepth ? EndOfObject(json, SkipSpace(json, at + 1), depth + 1) : Unsure,
        (byte)'[' => depth < MaxDepth ? EndOfArray(json, SkipSpace(json, at + 1), depth + 1) : Unsure,
        (byte)'t' => EndOfLiteral(json, at, "true"u8),
        (byte)'f' => EndOfLiteral(json, at, "false"u8),
        (byte)'n' => EndOfLiteral(json, at, "null"u8),
        _ => EndOfNumber(json, at),
    };

    // Starts at the first name, or at the brace that ends an empty object.
    private static int EndOfObject(ReadOnlySpan<byte> json, int at, int depth)
    {
        if (ByteAt(json, at) == '}')
            return at + 1;
        while (true)
        {
            at = EndOfString(json, at);
            if (at < 0)
                return Unsure;
            at = BeginOfMemberValue(json, at);
            if (at < 0)
                return Unsure;
            at = EndOfValue(json, at, depth);
            if (at < 0)
                return Unsure;
            at = SkipSpace(json, at);
            if (ByteAt(json, at) == '}')
                return at + 1;
            if (ByteAt(json, at) != ',')
                return Unsure;
            at = SkipSpace(json, at + 1);
        }
    }

    // Starts at the first value, or at the bracket that ends an empty array.
    private static int EndOfArray(ReadOnlySpan<byte> json, int at, int depth)
    {
        if (ByteAt(json, at) == ']')
            return at + 1;
        while (true)
        {
            at = EndOfValue(json, at, depth);
            if (at < 0)
                return Unsure;
            at = SkipSpace(json, at);
            if (ByteAt(json, at) == ']')
                return at + 1;
            if (ByteAt(json, at) != ',')
                return Unsure;
            at = SkipSpace(json, at + 1);
        }
    }

    // Starts after a member's name.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BeginOfMemberValue(ReadOnlySpan<byte> json, int at)
    {
        at = SkipSpace(json, at);
        return ByteAt(json, at) == ':' ? SkipSpace(json, at + 1) : Unsure;
    }

    // A string without an escape.
    private static int EndOfPlainString(ReadOnlySpan<byte> json, int at)
    {
        if (ByteAt(json, at) != '"')
            return Unsure;
        at = SkipOrdinary(json, at + 1);
        return ByteAt(json, at) == '"' ? at + 1 : Unsure;
    }

    private static int EndOfString(ReadOnlySpan<byte> json, int at)
    {
        if (ByteAt(json, at) != '"')
            return Unsure;
        at++;
        while (true)
        {
            at = SkipOrdinary(json, at);
            if (ByteAt(json, at) == '"')
                return at + 1;
            if (ByteAt(json, at) != '\\')
                return Unsure;
            at = EndOfEscape(json, at);
            if (at < 0)
                return Unsure;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipOrdinary(ReadOnlySpan<byte> json, int at)
    {
        ref var start = ref MemoryMarshal.GetReference(json);
        for (; at <= json.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            var bytes = Vector128.LoadUnsafe(ref start, (nuint)at);
            var special = Vector128.Equals(bytes, Vector128.Create((byte)'"'))
                | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(bytes, Vector128.Create((byte)' '));
            if (special != Vector128<byte>.Zero)
                return at + BitOperations.TrailingZeroCount(special.ExtractMostSignificantBits());
        }

        while (ByteAt(json, at) is >= (byte)' ' and not ((byte)'"' or (byte)'\\'))
            at++;
        return at;
    }

    private static int EndOfEscape(ReadOnlySpan<byte> json, int at)
    {
        const int UnicodeEscape = 6;
        if (ByteAt(json, at + 1) != 'u')
            return "\"\\/bfnrt"u8.Contains(ByteAt(json, at + 1)) ? at + 2 : Unsure;
        return json.Length - at >= UnicodeEscape && !json.Slice(at + 2, UnicodeEscape - 2).ContainsAnyExcept(HexDigits)
            ? at + UnicodeEscape
            : Unsure;
    }

    private static int EndOfNumber(ReadOnlySpan<byte> json, int at)
    {
        if (ByteAt(json, at) == '-')
            at++;
        at = ByteAt(json, at) == '0' ? at + 1 : EndOfDigits(json, at);
        if (at >= 0 && ByteAt(json, at) == '.')
            at = EndOfDigits(json, at + 1);
        return at >= 0 && ByteAt(json, at) is (byte)'e' or (byte)'E' ? EndOfExponent(json, at + 1) : at;
    }

    private static int EndOfExponent(ReadOnlySpan<byte> json, int at) =>
        EndOfDigits(json, ByteAt(json, at) is (byte)'+' or (byte)'-' ? at + 1 : at);

    // Requires at least one digit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EndOfDigits(ReadOnlySpan<byte> json, int at)
    {
        var start = at;
        while (ByteAt(json, at) is >= (byte)'0' and <= (byte)'9')
            at++;
        return at > start ? at : Unsure;
    }

    private static int EndOfLiteral(ReadOnlySpan<byte> json, int at, ReadOnlySpan<byte> literal) =>
        json[at..].StartsWith(literal) ? at + literal.Length : Unsure;

    // Telemetry has hardly any white space, so only the test for it is inlined.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipSpace(ReadOnlySpan<byte> json, int at) =>
        ByteAt(json, at) is > (byte)' ' ? at : SkipSpaceFrom(json, at);

    private static int SkipSpaceFrom(ReadOnlySpan<byte> json, int at)
    {
        while (ByteAt(json, at) is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            at++;
        return at;
    }

    // Returns NUL at the end, since JSON allows NUL nowhere.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte ByteAt(ReadOnlySpan<byte> json, int at) => (uint)at < (uint)json.Length ? json[at] : (byte)0;

    private static int IndexOf(byte[][] names, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (name.SequenceEqual(names[i]))
                return i;
        }

        return Unsure;
    }
}
