using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Bridge.Deliver;

/// <summary>
/// Walks over an event once, at a multiple of <see cref="System.Text.Json.Utf8JsonReader"/>'s speed, and notes where wanted top-level
/// members stand. It says yes only to what is one JSON object (RFC 8259) beyond doubt: whatever is unusual is left to the reader.
/// </summary>
internal ref struct EventScan
{
    // Deeper ones are rare, and the reader needs no stack for them.
    private const int Deepest = 64;

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);
    private static readonly Vector128<byte> Quote = Vector128.Create((byte)'"');
    private static readonly Vector128<byte> Backslash = Vector128.Create((byte)'\\');
    private static readonly Vector128<byte> FirstOrdinary = Vector128.Create((byte)' ');

    private readonly ReadOnlySpan<byte> _json;
    private int _at;

    private EventScan(ReadOnlySpan<byte> json) => _json = json;

    /// <summary>Scans an event.</summary>
    /// <param name="json">Valid UTF-8.</param>
    /// <param name="names">UTF-8 names of the members wanted.</param>
    /// <param name="found">
    /// Takes the raw value of each: the inside of a string, a number, <c>true</c> or <c>false</c>; left alone where the member is
    /// missing or none of these. The last of several counts.
    /// </param>
    /// <returns>False when the reader must decide; <paramref name="found"/> means nothing then.</returns>
    public static bool TryScan(ReadOnlySpan<byte> json, IReadOnlyList<byte[]> names, Span<Range?> found)
    {
        var scan = new EventScan(json);
        scan.SkipSpace();
        return scan.TryReadMembers(names, found) && scan._at == json.Length;
    }

    private readonly byte Next => _at < _json.Length ? _json[_at] : (byte)0;

    private bool TryReadMembers(IReadOnlyList<byte[]> names, Span<Range?> found)
    {
        if (!TrySkip('{'))
            return false;
        if (TrySkip('}'))
            return true;
        do
        {
            var nameStart = _at + 1;
            // A name with an escape may be a wanted one in disguise.
            if (!TrySkipString(out var isPlain) || !isPlain)
                return false;
            var wanted = IndexOf(names, _json[nameStart..(_at - 1)]);
            SkipSpace();
            if (!TrySkip(':'))
                return false;
            if (wanted < 0 ? !TrySkipValue(1) : !TryReadValue(ref found[wanted]))
                return false;
        }
        while (TrySkip(','));
        return TrySkip('}');
    }

    private bool TryReadValue(ref Range? found)
    {
        var start = _at;
        if (Next == '"')
        {
            if (!TrySkipString(out var isPlain) || !isPlain)
                return false;
            found = (start + 1)..(_at - 1);
        }
        else
        {
            var isScalar = Next is not ((byte)'{' or (byte)'[' or (byte)'n');
            if (!TrySkipBare(1))
                return false;
            if (isScalar)
                found = start.._at;
        }

        SkipSpace();
        return true;
    }

    // Every value leaves the position behind the space that follows it.
    private bool TrySkipValue(int depth)
    {
        if (!(Next == '"' ? TrySkipString(out _) : TrySkipBare(depth)))
            return false;
        SkipSpace();
        return true;
    }

    private bool TrySkipBare(int depth) => Next switch
    {
        (byte)'{' => depth < Deepest && TrySkipObject(depth + 1),
        (byte)'[' => depth < Deepest && TrySkipArray(depth + 1),
        (byte)'t' => TrySkip("true"u8),
        (byte)'f' => TrySkip("false"u8),
        (byte)'n' => TrySkip("null"u8),
        _ => TrySkipNumber(),
    };

    private bool TrySkipObject(int depth)
    {
        TrySkip('{');
        if (Next == '}')
            return TrySkipEnd();
        do
        {
            if (!TrySkipString(out _))
                return false;
            SkipSpace();
            if (!TrySkip(':') || !TrySkipValue(depth))
                return false;
        }
        while (TrySkip(','));
        return Next == '}' && TrySkipEnd();
    }

    private bool TrySkipArray(int depth)
    {
        TrySkip('[');
        if (Next == ']')
            return TrySkipEnd();
        do
        {
            if (!TrySkipValue(depth))
                return false;
        }
        while (TrySkip(','));
        return Next == ']' && TrySkipEnd();
    }

    // Without the space behind it, which belongs to the value as a whole.
    private bool TrySkipEnd()
    {
        _at++;
        return true;
    }

    private bool TrySkipString(out bool isPlain)
    {
        isPlain = true;
        if (Next != '"')
            return false;
        _at++;
        while (true)
        {
            SkipOrdinary();
            switch (Next)
            {
                case (byte)'"':
                    _at++;
                    return true;
                case (byte)'\\':
                    isPlain = false;
                    if (!TrySkipEscape())
                        return false;
                    break;
                default:
                    return false;
            }
        }
    }

    private void SkipOrdinary()
    {
        for (; _json.Length - _at >= Vector128<byte>.Count; _at += Vector128<byte>.Count)
        {
            var bytes = Vector128.Create(_json.Slice(_at, Vector128<byte>.Count));
            var special = Vector128.Equals(bytes, Quote) | Vector128.Equals(bytes, Backslash) | Vector128.LessThan(bytes, FirstOrdinary);
            if (special == Vector128<byte>.Zero)
                continue;
            _at += BitOperations.TrailingZeroCount(special.ExtractMostSignificantBits());
            return;
        }

        while (Next is >= (byte)' ' and not ((byte)'"' or (byte)'\\'))
            _at++;
    }

    private bool TrySkipEscape()
    {
        const int UnicodeEscape = 6;
        var rest = _json[_at..];
        if (rest.Length < 2)
            return false;
        if (rest[1] == 'u')
        {
            if (rest.Length < UnicodeEscape || rest[2..UnicodeEscape].ContainsAnyExcept(HexDigits))
                return false;
            _at += UnicodeEscape;
            return true;
        }

        _at += 2;
        return "\"\\/bfnrt"u8.Contains(rest[1]);
    }

    private bool TrySkipNumber()
    {
        if (Next == '-')
            _at++;
        if (Next == '0')
            _at++;
        else if (!TrySkipDigits())
            return false;
        if (Next == '.')
        {
            _at++;
            if (!TrySkipDigits())
                return false;
        }

        if (Next is not ((byte)'e' or (byte)'E'))
            return true;
        _at++;
        if (Next is (byte)'+' or (byte)'-')
            _at++;
        return TrySkipDigits();
    }

    private bool TrySkipDigits()
    {
        var start = _at;
        while (Next is >= (byte)'0' and <= (byte)'9')
            _at++;
        return _at > start;
    }

    // A mark and the space behind it.
    private bool TrySkip(char mark)
    {
        if (Next != mark)
            return false;
        _at++;
        SkipSpace();
        return true;
    }

    private bool TrySkip(ReadOnlySpan<byte> literal)
    {
        if (!_json[_at..].StartsWith(literal))
            return false;
        _at += literal.Length;
        return true;
    }

    private void SkipSpace()
    {
        while (Next is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            _at++;
    }

    private static int IndexOf(IReadOnlyList<byte[]> names, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (name.SequenceEqual(names[i]))
                return i;
        }

        return -1;
    }
}
