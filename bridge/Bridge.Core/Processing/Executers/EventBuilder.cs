using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bridge.Core.Processing.Executers;

/// <summary>Puts an event together from members.</summary>
internal sealed class EventBuilder
{
    private readonly ArrayBufferWriter<byte> _json = new();
    private bool _hasMembers;

    public EventBuilder() => _json.Write("{"u8);

    /// <summary>Adds a member as it stands elsewhere.</summary>
    /// <param name="rawName">Its name, escaped, without quotes.</param>
    /// <param name="rawValue">Its value, as JSON.</param>
    public EventBuilder Add(ReadOnlySpan<byte> rawName, ReadOnlySpan<byte> rawValue)
    {
        _json.Write(_hasMembers ? ",\""u8 : "\""u8);
        _hasMembers = true;
        _json.Write(rawName);
        _json.Write("\":"u8);
        _json.Write(rawValue);
        return this;
    }

    /// <summary>Ends the event.</summary>
    public ReadOnlySpan<byte> End()
    {
        _json.Write("}"u8);
        return _json.WrittenSpan;
    }

    /// <summary>A text as JSON, with its quotes.</summary>
    public static byte[] Quote(ReadOnlySpan<byte> utf8) =>
        [(byte)'"', .. JsonEncodedText.Encode(utf8, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, (byte)'"'];

    /// <summary>A name as JSON has it between its quotes.</summary>
    public static byte[] Escape(string name) =>
        JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray();
}
