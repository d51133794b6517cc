using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Telemetry.Governance;

/// <summary>
/// Decides quickly whether JSON may hold a secret. It searches 32 bytes at a time for the few bytes that every secret has, and
/// only where they stand at what is around them. It may suspect what is harmless, and never passes what an
/// <see cref="EventRewriter"/> would change.
/// </summary>
internal sealed class SecretScan(RedactionPatterns patterns, SecretNames names)
{
    private const int Block = 32;

    // Two bytes behind a block are looked at together with its last one.
    private const int Ahead = 2;

    // Of a name's end, with the quote behind.
    private const int Letters = 4;

    // A card's digits with what may stand between them.
    private const int LongestCard = 24;

    private readonly bool _cards = patterns.HasFlag(RedactionPatterns.CardNumbers);
    private readonly bool _nothing = patterns == RedactionPatterns.None && names.IsEmpty;

    /// <summary>Whether a part of an event's JSON may hold a secret.</summary>
    internal bool Suspects(ReadOnlySpan<byte> json)
    {
        if (_nothing)
            return false;
        var carry = 0;
        var at = 0;
        ref var first = ref MemoryMarshal.GetReference(json);
        for (; at + Block + Ahead <= json.Length; at += Block)
        {
            if (SuspectsBlock(json, ref Unsafe.Add(ref first, at), at, ref carry))
                return true;
        }

        Span<byte> rest = stackalloc byte[(2 * Block) + Ahead];
        rest.Clear();
        json[at..].CopyTo(rest);
        ref var restFirst = ref MemoryMarshal.GetReference(rest);
        return SuspectsBlock(json, ref restFirst, at, ref carry)
            || (json.Length - at > Block && SuspectsBlock(json, ref Unsafe.Add(ref restFirst, Block), at + Block, ref carry));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool SuspectsBlock(ReadOnlySpan<byte> json, ref byte block, int at, ref int carry)
    {
        var v0 = Vector256.LoadUnsafe(ref block);
        var v1 = Vector256.LoadUnsafe(ref block, 1);
        var v2 = Vector256.LoadUnsafe(ref block, 2);
        var lower0 = v0 | Vector256.Create((byte)0x20);
        var lower1 = v1 | Vector256.Create((byte)0x20);
        var lower2 = v2 | Vector256.Create((byte)0x20);
        var hits = Is(v0, '@') | Is(v0, '=') | Is(v0, ':')
            | (Is(v0, ',') & Is(v1, ' '))
            | (Is(v0, '\\') & Is(v1, 'u'))
            | (Is(v0, 'y') & Is(v1, 'J'))
            | (Is(v0, 'I') & (Is(v1, 'A') | Is(v1, 'z')))
            | ((Is(v0, 'k') | Is(v0, 'b')) & Is(v1, '_'))
            | (Is(v0, 'x') & Is(v1, 'o') & Is(v2, 'x'))
            | (Is(v0, 'g') & Is(v1, 'h'))
            | (Is(v0, '-') & Is(v1, '-'))
            | (Is(lower0, 'r') & Is(lower1, 'e') & Is(lower2, 'r'))
            | (Is(lower0, 's') & Is(lower1, 'i') & Is(lower2, 'c'));
        for (var mask = hits.ExtractMostSignificantBits(); mask != 0; mask &= mask - 1)
        {
            var place = at + BitOperations.TrailingZeroCount(mask);
            if (!IsHarmlessName(json, place) && IsSuspicious(json, place))
                return true;
        }

        var isDigit = Vector256.LessThanOrEqual(v0 - Vector256.Create((byte)'0'), Vector256.Create((byte)9));
        var digits = (isDigit | Is(v0, '-') | Is(v0, ' ')).ExtractMostSignificantBits();
        return HasLongRun(digits, ref carry) && _cards && HasCard(json, at);
    }

    // What most hits are: the colon behind a member's name that is no secret's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsHarmlessName(ReadOnlySpan<byte> json, int place) =>
        place > Letters && json[place] == (byte)':' && json[place - 1] == (byte)'"'
            && char.IsAsciiLetterOrDigit((char)json[place - 2])
        && !names.MayEndAt(json, place - 1);

    // Thirteen set bits in a row, those at the end of the block before included.
    private static bool HasLongRun(uint digits, ref int carry)
    {
        var runs = digits & (digits >> 1);
        runs &= runs >> 2;
        runs &= runs >> 4;
        runs &= runs >> 5;
        var isLong = runs != 0 || carry + BitOperations.TrailingZeroCount(~digits) >= CardNumber.Fewest;
        carry = digits == uint.MaxValue ? carry + Block : BitOperations.LeadingZeroCount(~digits);
        return isLong;
    }

    private static bool HasCard(ReadOnlySpan<byte> json, int block)
    {
        var end = Math.Min(json.Length, block + Block);
        for (var at = Math.Max(0, block - LongestCard); at < end; at++)
        {
            var begins = char.IsAsciiDigit((char)json[at]) && (at == 0 || !char.IsAsciiDigit((char)json[at - 1]));
            if (begins && CardNumber.Match(json, at) > 0)
                return true;
        }

        return false;
    }

    private bool IsSuspicious(ReadOnlySpan<byte> json, int at) => json[at] switch
    {
        (byte)':' or (byte)'=' => names.AreAtEndOf(json[..KeyedSecret.EndOfKey(json, at)]),
        (byte)',' => names.AreAtEndOf(json[..at]),
        (byte)'@' or (byte)'\\' => true,
        (byte)'y' => Before(json, at, 1).SequenceEqual("e"u8),
        (byte)'I' => Before(json, at, 1) is [(byte)'A' or (byte)'K' or (byte)'S'],
        (byte)'k' => Before(json, at, 1) is [(byte)'s' or (byte)'r'],
        (byte)'b' => Before(json, at, 2).SequenceEqual("hu"u8),
        (byte)'x' => Before(json, at + 5, 1).SequenceEqual("-"u8),
        (byte)'g' => Before(json, at + 4, 1).SequenceEqual("_"u8),
        (byte)'-' => json[at..].StartsWith("-----BEGIN "u8),
        (byte)'r' or (byte)'R' => Ascii.EqualsIgnoreCase(Before(json, at, 3), "bea"u8),
        _ => Ascii.EqualsIgnoreCase(Before(json, at, 2), "ba"u8),
    };

    private static ReadOnlySpan<byte> Before(ReadOnlySpan<byte> json, int end, int count) =>
        end >= count && end <= json.Length ? json.Slice(end - count, count) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Is(Vector256<byte> bytes, char value) =>
        Vector256.Equals(bytes, Vector256.Create((byte)value));
}
