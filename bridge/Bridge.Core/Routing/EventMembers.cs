using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Telemetry.Wire;

namespace Bridge.Core.Routing;

/// <summary>
/// Reads a whole event to validate it (<see cref="EventJson"/>), and reads the values of some top-level members meanwhile. The
/// values of these members never make an event malformed.
/// </summary>
/// <param name="names">UTF-8 names of the members to read.</param>
internal sealed class EventMembers(byte[][] names)
{
    // UTF-8 never contains this byte.
    private const byte Separator = 0xff;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = EventJson.MaxDepth };

    private readonly string?[] _values = new string?[names.Length];
    private readonly Range?[] _scanned = new Range?[names.Length];
    private bool _isScanned;

    /// <summary>
    /// Returns a member's value: a string, number or boolean as text; null when the member is missing or has another type. Of
    /// several members with the same name the last one counts.
    /// </summary>
    /// <param name="json">The event that was read last.</param>
    /// <param name="member">The name's index.</param>
    public string? Value(ReadOnlySpan<byte> json, int member) => !_isScanned ? _values[member]
        : _scanned[member] is { } range ? Encoding.UTF8.GetString(json[range])
        : null;

    /// <summary>Copies the raw values of the first members, each followed by a separator that no value contains.</summary>
    /// <param name="json">The event that was read last.</param>
    /// <param name="count">Number of members.</param>
    /// <param name="destination">Receives the copy.</param>
    /// <param name="length">Bytes copied.</param>
    /// <returns>False when the destination is too small, or when a raw value would have to be unescaped first.</returns>
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
            destination[length++] = Separator;
        }

        return true;
    }

    /// <summary>Reads an event.</summary>
    /// <param name="json">One event.</param>
    /// <returns>Null for a valid event; otherwise what it is instead. The text never contains a part of the event.</returns>
    public string? Read(ReadOnlySpan<byte> json)
    {
        Array.Clear(_scanned);
        _isScanned = Utf8.IsValid(json) && EventScan.TryScan(json, names, _scanned);
        if (_isScanned)
            return null;
        if (EventJson.Problem(json) is { } problem)
            return problem;
        ReadMembers(json);
        return null;
    }

    private void ReadMembers(ReadOnlySpan<byte> json)
    {
        Array.Clear(_values);
        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var member = IndexOf(reader);
            reader.Read();
            if (member >= 0)
                _values[member] = ValueOf(reader);
            reader.Skip();
        }
    }

    // An unpaired surrogate is no error here, but the reader's own methods would throw.
    private static string? ValueOf(in Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => EventJson.Unescape(reader.ValueSpan),
        JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => Encoding.UTF8.GetString(reader.ValueSpan),
        _ => null,
    };

    private int IndexOf(in Utf8JsonReader reader)
    {
        var name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(EventJson.Unescape(reader.ValueSpan)) : reader.ValueSpan;
        for (var i = 0; i < names.Length; i++)
        {
            if (name.SequenceEqual(names[i]))
                return i;
        }

        return -1;
    }
}
