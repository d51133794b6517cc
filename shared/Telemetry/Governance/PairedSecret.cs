using System.Buffers;

namespace Telemetry.Governance;

/// <summary>
/// Finds the value after a secret name in .NET's text for a pair and for a tuple: <c>[name, value]</c>, <c>(name, value)</c>. In
/// messages, elements of maps and header collections have this form.
/// </summary>
internal static class PairedSecret
{
    private const int LongestName = 256;

    private static readonly SearchValues<byte> Brackets = SearchValues.Create("[]()"u8);
    private static readonly SearchValues<byte> BehindPair = SearchValues.Create(" \t\r\n,;.:!?\"'\\)]}>|"u8);

    /// <summary>The position of the value after a pair's comma; empty when the comma does not belong to a pair.</summary>
    internal static Range Value(ReadOnlySpan<byte> text, int comma)
    {
        var start = comma + 2;
        if (start >= text.Length || text[comma + 1] != (byte)' ')
            return comma..comma;
        var name = text[Math.Max(0, comma - LongestName)..comma];
        var open = name.LastIndexOfAny(Brackets);
        if (open < 0 || !IsName(name[(open + 1)..], name[open]))
            return comma..comma;
        return start..(start + LengthOf(text[start..], name[open], name[open] == (byte)'[' ? (byte)']' : (byte)')'));
    }

    // Prose also uses parentheses: (no password, sorry).
    private static bool IsName(ReadOnlySpan<byte> name, byte open) =>
        !name.Contains((byte)',') && (open == (byte)'[' || (open == (byte)'(' && !name.Contains((byte)' ')));

    // Up to the bracket that closes the pair. A bracket inside a value is usually followed by the value's next character.
    private static int LengthOf(ReadOnlySpan<byte> value, byte open, byte close)
    {
        var depth = 0;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == open)
                depth++;
            else if (value[i] == close && depth > 0)
                depth--;
            else if (value[i] == close && (i + 1 == value.Length || BehindPair.Contains(value[i + 1])))
                return i;
        }

        return value.Length;
    }
}
