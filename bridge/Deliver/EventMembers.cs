using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Bridge.Deliver;

/// <summary>Reads an event in full, to be sure that it is one JSON object, and picks out top-level members on the way.</summary>
/// <param name="names">UTF-8 names of the members wanted.</param>
internal sealed class EventMembers(byte[][] names)
{
    // No byte of UTF-8 has this value.
    private const byte NoText = 0xff;

    // Deeper nesting than any telemetry has; the reader's own default of 64 would refuse some stack traces as data.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 512 };

    private readonly string?[] _values = new string?[names.Length];
    private readonly Range?[] _scanned = new Range?[names.Length];
    private bool _isScanned;

    /// <summary>A member's value: a string, number or boolean as text; null where the member is missing or none of these.</summary>
    /// <param name="json">The event that was read last.</param>
    /// <param name="member">The name's index.</param>
    public string? Value(ReadOnlySpan<byte> json, int member) => !_isScanned ? _values[member]
        : _scanned[member] is { } range ? Encoding.UTF8.GetString(json[range])
        : null;

    /// <summary>Copies the raw values of the first members, each with a mark behind it that no text holds.</summary>
    /// <param name="json">The event that was read last.</param>
    /// <param name="count">How many members.</param>
    /// <param name="destination">Takes the copy.</param>
    /// <param name="length">Bytes copied.</param>
    /// <returns>False when there is not enough room, or the values are not to be had as they stand.</returns>
    public bool TryCopy(ReadOnlySpan<byte> json, int count, Span<byte> destination, out int length)
    {
        length = 0;
        if (!_isScanned)
            return false;
        foreach (var scanned in _scanned.AsSpan(0, count))
        {
            var value = scanned is { } range ? json[range] : default;
            if (value.Length >= destination.Length - length)
                return false;
            value.CopyTo(destination[length..]);
            length += value.Length;
            destination[length++] = NoText;
        }

        return true;
    }

    /// <summary>Reads an event.</summary>
    /// <param name="json">One event.</param>
    /// <returns>Null, or why it is no JSON object; never any of its content.</returns>
    public string? Read(ReadOnlySpan<byte> json)
    {
        // The reader looks only into the strings that are asked for.
        if (!Utf8.IsValid(json))
            return "not a JSON object: it is no valid UTF-8";
        Array.Clear(_scanned);
        _isScanned = EventScan.TryScan(json, names, _scanned);
        return _isScanned ? null : ReadSlowly(json);
    }

    private string? ReadSlowly(ReadOnlySpan<byte> json)
    {
        Array.Clear(_values);
        var reader = new Utf8JsonReader(json, Options);
        try
        {
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
                return "not a JSON object";
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
                ReadMember(ref reader);
            // Reads to the end: whatever follows the object is an error.
            reader.Read();
            return null;
        }
        catch (JsonException e)
        {
            return $"not a JSON object: an error at byte {e.BytePositionInLine} of line {e.LineNumber}";
        }
        catch (InvalidOperationException)
        {
            return "not a JSON object: a string with half a surrogate pair";
        }
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        var index = IndexOf(ref reader);
        reader.Read();
        if (index >= 0 && reader.TokenType is JsonTokenType.String)
            _values[index] = reader.GetString();
        else if (index >= 0 && reader.TokenType is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False)
            _values[index] = Encoding.UTF8.GetString(reader.ValueSpan);
        reader.Skip();
    }

    private int IndexOf(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (reader.ValueTextEquals(names[i]))
                return i;
        }

        return -1;
    }
}
