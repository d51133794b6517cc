using System.Runtime.CompilerServices;
using System.Text;

namespace Telemetry.Governance;

/// <summary>
/// Names whose values are secret. Most names are ruled out by their last three letters alone: every member of every event is
/// asked about.
/// </summary>
internal sealed class SecretNames
{
    private const int Letters = 32;

    // By the last letter: those that may stand there.
    private readonly List<byte[]>?[] _names = new List<byte[]>?[Letters];

    // By the last two letters: which may stand before them.
    private readonly uint[] _ends = new uint[Letters * Letters];

    internal SecretNames(IEnumerable<string> names)
    {
        foreach (var name in names)
            Add(Encoding.UTF8.GetBytes(name.ToLowerInvariant()));
    }

    internal bool IsEmpty { get; private set; } = true;

    /// <summary>Whether a text ends with one of the names as a word of its own.</summary>
    internal bool AreAtEndOf(ReadOnlySpan<byte> text) => MayBeAtEndOf(text) && IsOneAtEndOf(text);

    /// <summary>Whether one of the names may end at a place, by its last three letters; those must be there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool MayEndAt(ReadOnlySpan<byte> text, int end) =>
        (_ends[((text[end - 1] & (Letters - 1)) * Letters) + (text[end - 2] & (Letters - 1))] & BitOf(text[end - 3])) != 0;

    private void Add(byte[] name)
    {
        if (name.Length < 2)
            return;
        (_names[name[^1] & (Letters - 1)] ??= []).Add(name);
        _ends[EndOf(name)] |= name.Length == 2 ? uint.MaxValue : BitOf(name[^3]);
        IsEmpty = false;
    }

    private bool MayBeAtEndOf(ReadOnlySpan<byte> text) =>
        text.Length > 2 ? MayEndAt(text, text.Length) : text.Length == 2 && _ends[EndOf(text)] != 0;

    private bool IsOneAtEndOf(ReadOnlySpan<byte> text)
    {
        foreach (var name in _names[text[^1] & (Letters - 1)] ?? [])
        {
            if (EndsWith(text, name) && BeginsWord(text, text.Length - name.Length))
                return true;
        }

        return false;
    }

    private static int EndOf(ReadOnlySpan<byte> text) => ((text[^1] & (Letters - 1)) * Letters) + (text[^2] & (Letters - 1));

    private static uint BitOf(byte letter) => 1u << (letter & (Letters - 1));

    private static bool EndsWith(ReadOnlySpan<byte> text, byte[] name)
    {
        if (text.Length < name.Length)
            return false;
        var end = text[^name.Length..];
        return Ascii.EqualsIgnoreCase(end, name) || end.SequenceEqual(name);
    }

    // At the start, behind anything that is no letter or digit, behind an escape (\n), or where camel case begins a word.
    private static bool BeginsWord(ReadOnlySpan<byte> text, int at) =>
        at == 0 || !IsLetterOrDigit(text[at - 1]) || (at > 1 && text[at - 2] == (byte)'\\')
        || (char.IsAsciiLetterUpper((char)text[at]) && !char.IsAsciiLetterUpper((char)text[at - 1]));

    private static bool IsLetterOrDigit(byte value) => char.IsAsciiLetterOrDigit((char)value);
}
