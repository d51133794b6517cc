using System.Text;
using Telemetry.Wire;

namespace Bridge.Core.Processing.Expressions;

/// <summary>An event and what <see cref="MemberPaths"/> has found in it.</summary>
/// <param name="json">The event.</param>
/// <param name="values">One for each path, in the order of their slots.</param>
internal readonly ref struct MemberValues(ReadOnlySpan<byte> json, ReadOnlySpan<MemberValue> values)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private readonly ReadOnlySpan<MemberValue> _values = values;

    /// <summary>What stands at a path.</summary>
    public MemberKind KindOf(int slot) => _values[slot].Kind;

    /// <summary>The bytes of a number, or of a text with its escapes.</summary>
    public ReadOnlySpan<byte> RawOf(int slot) => _json.Slice(_values[slot].Start, _values[slot].Length);

    /// <summary>The UTF-8 of a text. Only a text with escapes takes memory for it.</summary>
    /// <returns>False when the member is no text.</returns>
    public bool TryGetText(int slot, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (KindOf(slot) is not MemberKind.Text)
            return false;
        text = RawOf(slot);
        if (text.Contains((byte)'\\'))
            text = Encoding.UTF8.GetBytes(EventJson.Unescape(text));
        return true;
    }
}
