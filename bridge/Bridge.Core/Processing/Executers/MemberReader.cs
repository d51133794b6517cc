using System.Text;
using System.Text.Json;
using Telemetry.Wire;

namespace Bridge.Core.Processing.Executers;

/// <summary>Goes through the top-level members of a valid event.</summary>
internal ref struct MemberReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = EventJson.MaxDepth };

    private readonly ReadOnlySpan<byte> _json;
    private Utf8JsonReader _reader;

    public MemberReader(ReadOnlySpan<byte> json)
    {
        _json = json;
        _reader = new Utf8JsonReader(json, Options);
        _reader.Read();
    }

    /// <summary>The member's name as it stands, without quotes.</summary>
    public ReadOnlySpan<byte> RawName { get; private set; }

    /// <summary>The member's value as it stands, with the quotes of a text.</summary>
    public ReadOnlySpan<byte> RawValue { get; private set; }

    /// <summary>What the value begins with.</summary>
    public JsonTokenType Type { get; private set; }

    /// <summary>Goes to the next member.</summary>
    public bool Read()
    {
        if (!_reader.Read() || _reader.TokenType is not JsonTokenType.PropertyName)
            return false;
        RawName = _reader.ValueSpan;
        _reader.Read();
        Type = _reader.TokenType;
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        RawValue = _json[start..(int)_reader.BytesConsumed];
        return true;
    }

    /// <summary>Whether the member has a name.</summary>
    public readonly bool IsNamed(ReadOnlySpan<byte> name) => RawName.Contains((byte)'\\')
        ? Encoding.UTF8.GetBytes(EventJson.Unescape(RawName)).AsSpan().SequenceEqual(name)
        : RawName.SequenceEqual(name);

    /// <summary>The UTF-8 of a text.</summary>
    public readonly byte[] TextBytes() => Encoding.UTF8.GetBytes(EventJson.Unescape(RawValue[1..^1]));

    /// <summary>Finds the last member of a name.</summary>
    /// <returns>Its raw value; empty when there is none.</returns>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name, out JsonTokenType type)
    {
        type = JsonTokenType.None;
        ReadOnlySpan<byte> found = default;
        for (var members = new MemberReader(json); members.Read();)
        {
            if (!members.IsNamed(name))
                continue;
            found = members.RawValue;
            type = members.Type;
        }

        return found;
    }
}
