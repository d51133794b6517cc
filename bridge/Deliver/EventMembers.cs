using System.Text.Json;
using System.Text.Unicode;

namespace Bridge.Deliver;

/// <summary>Reads an event in full, to be sure that it is one JSON object, and picks out top-level members on the way.</summary>
/// <param name="names">UTF-8 names of the members wanted.</param>
internal sealed class EventMembers(IReadOnlyList<byte[]> names)
{
    // Deeper nesting than any telemetry has; the reader's own default of 64 would refuse some stack traces as data.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 512 };

    private readonly string?[] _values = new string?[names.Count];

    /// <summary>The values in the order of the names: a string, number or boolean as text; null where the member is missing or none of these.</summary>
    public IReadOnlyList<string?> Values => _values;

    /// <summary>Reads an event; <see cref="Values"/> are its own until the next call.</summary>
    /// <param name="json">One event.</param>
    /// <returns>Null, or why it is no JSON object; never any of its content.</returns>
    public string? Read(ReadOnlySpan<byte> json)
    {
        Array.Clear(_values);
        // The reader looks only into the strings that are asked for.
        if (!Utf8.IsValid(json))
            return "not a JSON object: it is no valid UTF-8";
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
            _values[index] = System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
        reader.Skip();
    }

    private int IndexOf(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (reader.ValueTextEquals(names[i]))
                return i;
        }

        return -1;
    }
}
